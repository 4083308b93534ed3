package org.dlmspark.udf.checkpoint;

/**
 * SDAR: SDAR 1.7B to 8B and 30B-A3B, and TraDo, which are Qwen3 models, dense or mixtures of
 * experts, made to decode block after block. Keys and tensor names are those of JetLM/SDAR-8B-Chat
 * ({@code configuration_sdar.py}, {@code modeling_sdar.py}) and JetLM/SDAR-30B-A3B-Chat.
 *
 * @param modelType the {@code model_type}
 * @param name the family's name
 * @param mixture whether the layers have experts
 * @param keys what is known of the keys
 */
record SdarFamily(String modelType, String name, boolean mixture, ConfigKeys keys)
    implements Family {
  private static final String BLOCK = "block_size";

  static final SdarFamily DENSE = new SdarFamily("sdar", "sdar", false, with(QwenShape.keys()));
  static final SdarFamily MIXTURE =
      new SdarFamily("sdar_moe", "sdar-moe", true, with(QwenShape.mixtureKeys()));

  private static ConfigKeys with(ConfigKeys keys) {
    return keys.hasOrDefaultsTo("attention_bias", false)
        .reads(BLOCK)
        .ignores("debug", "fuse_cross_entropy", "ep_size", "micro_forward", "use_deepep")
        .ignores("skip_checkpoint", "use_flex_attention");
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    keys.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary, "<|MASK|>");
    return new TransformerLayout(
        name,
        QwenShape.read(config, Sizes.headDim(config)),
        new TransformerLayout.Decoding(
            mask,
            tokens.ends(vocabulary, mask),
            false,
            AuthorsSchedule.EVEN,
            Attention.fromStart(Sizes.width(config, BLOCK), Attention.Decoding.STEPS)),
        mixture ? QwenShape.experts(config) : null,
        TensorNames.QWEN3);
  }
}
