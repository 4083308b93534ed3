package org.dlmspark.udf.checkpoint;

/**
 * Fast-dLLM v2: 1.5B and 7B, Qwen2 models made to decode block after block, in small blocks. Keys
 * and tensor names are those of Efficient-Large-Model/Fast_dLLM_v2_7B ({@code configuration.py},
 * {@code modeling.py}).
 */
final class FastDllmFamily implements Family {
  private static final String BLOCK = "bd_size";

  private static final ConfigKeys KEYS =
      QwenShape.keys().hasOrDefaultsTo("attention_bias", true).reads(BLOCK);

  @Override
  public String modelType() {
    return "Fast_dLLM_Qwen";
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    KEYS.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary, "|<MASK>|");
    return new TransformerLayout(
        "fast-dllm-v2",
        QwenShape.read(config, QwenShape.sharedHeadDim(config)),
        new TransformerLayout.Decoding(
            mask,
            tokens.statedEnds(vocabulary, mask),
            true,
            AuthorsSchedule.EVEN,
            Attention.fromStart(Sizes.width(config, BLOCK), Attention.Decoding.SMALL_BLOCKS)),
        null,
        TensorNames.QWEN2);
  }

  @Override
  public ConfigKeys keys() {
    return KEYS;
  }
}
