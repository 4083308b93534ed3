package org.dlmspark.udf.checkpoint;

/**
 * Open-dCoder 0.5B: a Qwen2 model made bidirectional, whose {@code config.json} is Qwen2's own:
 * that it is a diffusion model only its tokenizer says, which has a mask token.
 */
final class OpenDcoderFamily implements Family {
  private static final ConfigKeys KEYS = QwenShape.keys().hasOrDefaultsTo("attention_bias", true);

  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    KEYS.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary, null);
    return new TransformerLayout(
        "open-dcoder",
        QwenShape.read(config, QwenShape.sharedHeadDim(config)),
        new TransformerLayout.Decoding(
            mask, tokens.ends(vocabulary, mask), true, AuthorsSchedule.TIMESTEP, Attention.FULL),
        null,
        TensorNames.QWEN2);
  }

  @Override
  public ConfigKeys keys() {
    return KEYS;
  }
}
