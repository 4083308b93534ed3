package org.dlmspark.udf.checkpoint;

/**
 * RND1: RND1-Base 30B-A3B. A Qwen3 mixture of experts made bidirectional; keys and tensor names are
 * those of radicalnumerics/RND1-Base-0910 ({@code configuration_rnd.py}, {@code modeling_rnd.py}).
 */
final class Rnd1Family implements Family {
  private static final ConfigKeys KEYS =
      QwenShape.mixtureKeys().ignores("num_diffusion_steps", "moe_backend");

  @Override
  public String modelType() {
    return "rnd1";
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    KEYS.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary, null);
    return new TransformerLayout(
        "rnd1",
        QwenShape.read(config, Sizes.headDim(config)),
        new TransformerLayout.Decoding(
            mask, tokens.ends(vocabulary, mask), true, AuthorsSchedule.KEPT, Attention.FULL),
        QwenShape.experts(config),
        TensorNames.QWEN3);
  }

  @Override
  public ConfigKeys keys() {
    return KEYS;
  }
}
