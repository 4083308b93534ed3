package org.dlmspark.udf.checkpoint;

/**
 * Dream: Dream-v0-7B Base and Instruct, Dream-Coder, DiffuCoder. A Qwen2 model made bidirectional;
 * keys and tensor names are those of Dream-org/Dream-v0-Instruct-7B ({@code
 * configuration_dream.py}, {@code modeling_dream.py}).
 */
final class DreamFamily implements Family {
  private static final ConfigKeys KEYS = QwenShape.keys().hasOrDefaultsTo("attention_bias", true);

  @Override
  public String modelType() {
    return "Dream";
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    KEYS.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary);
    return new TransformerLayout(
        "dream",
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
