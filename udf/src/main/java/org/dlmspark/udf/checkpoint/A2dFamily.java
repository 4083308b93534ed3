package org.dlmspark.udf.checkpoint;

/**
 * Tiny-A2D: Qwen3-0.6B-diffusion-mdlm and -bd3lm, and what the same code makes of Qwen2 models.
 * Keys and tensor names are those of dllm-hub/Qwen3-0.6B-diffusion-mdlm-v0.1.
 *
 * @param modelType the {@code model_type}
 * @param ofQwen3 whether the heads have norms, and a size apart from the width; else the
 *     projections have biases
 * @param keys what is known of the keys
 */
record A2dFamily(String modelType, boolean ofQwen3, ConfigKeys keys) implements Family {
  /** The authors' blocks have 32 tokens; whether there are any, only a folder's name says. */
  private static final Attention ATTENTION =
      new Attention(Attention.Kind.UNSAID, 32, Attention.Decoding.STEPS);

  static final A2dFamily QWEN3 =
      new A2dFamily("a2d-qwen3", true, QwenShape.keys().hasOrDefaultsTo("attention_bias", false));
  static final A2dFamily QWEN2 =
      new A2dFamily("a2d-qwen2", false, QwenShape.keys().hasOrDefaultsTo("attention_bias", true));

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    keys.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary, "<|mask|>");
    return new TransformerLayout(
        modelType,
        QwenShape.read(config, ofQwen3 ? Sizes.headDim(config) : QwenShape.sharedHeadDim(config)),
        new TransformerLayout.Decoding(
            mask, tokens.statedEnds(vocabulary, mask), false, AuthorsSchedule.ROUNDED, ATTENTION),
        null,
        ofQwen3 ? TensorNames.QWEN3 : TensorNames.QWEN2);
  }
}
