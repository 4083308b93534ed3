package org.dlmspark.udf.checkpoint;

/**
 * Reads a model's sizes, each below what any model has: whatever a file says, products of a few of
 * them stay far from overflow.
 */
final class Sizes {
  /** The most that a width, a number of heads or a multiple of them may be. */
  static final int MAX_WIDTH = 1 << 20;

  private static final int MAX_LAYERS = 1000;
  private static final int MAX_EXPERTS = 4096;
  private static final int MAX_VOCABULARY = 1 << 24;
  private static final int MAX_SEQUENCE_LENGTH = 1 << 24;

  private Sizes() {}

  static int width(ConfigFile config, String key) {
    return config.number(key, 1, MAX_WIDTH);
  }

  static int layers(ConfigFile config, String key) {
    return config.number(key, 1, MAX_LAYERS);
  }

  static int vocabulary(ConfigFile config, String key) {
    return config.number(key, 2, MAX_VOCABULARY);
  }

  static int sequenceLength(ConfigFile config, String key) {
    return config.number(key, 1, MAX_SEQUENCE_LENGTH);
  }

  /**
   * The numbers per head of a model whose heads share its width, as the authors' code divides it.
   *
   * @param config {@code config.json}
   * @param hiddenKey the key of the width
   * @param headsKey the key of the number of query heads
   * @return width / heads, an even number
   * @throws CheckpointException if the heads do not divide the width into even parts, or {@code
   *     head_dim} says otherwise
   */
  static int headDim(ConfigFile config, String hiddenKey, String headsKey) {
    int hidden = width(config, hiddenKey);
    int heads = width(config, headsKey);
    if (hidden % heads != 0) {
      throw config.wrong(headsKey, "must divide " + hiddenKey + " = " + hidden);
    }
    int headDim = hidden / heads;
    if (headDim % 2 != 0) {
      throw config.wrong(
          headsKey,
          hiddenKey
              + " / "
              + headsKey
              + " = "
              + headDim
              + " must be even: rotary embedding turns pairs");
    }
    if (config.has("head_dim") && width(config, "head_dim") != headDim) {
      throw config.wrong(
          "head_dim", "must be " + hiddenKey + " / " + headsKey + " = " + headDim + ", or absent");
    }
    return headDim;
  }

  /**
   * The number of key and value heads.
   *
   * @param config {@code config.json}
   * @param key its key
   * @param headsKey the key of the number of query heads
   * @return a divisor of the number of query heads
   * @throws CheckpointException if it is none
   */
  static int kvHeads(ConfigFile config, String key, String headsKey) {
    int heads = width(config, headsKey);
    int kvHeads = config.number(key, 1, heads);
    if (heads % kvHeads != 0) {
      throw config.wrong(key, "must divide " + headsKey + " = " + heads);
    }
    return kvHeads;
  }

  /**
   * The numbers per head of a model that states them, whatever its width.
   *
   * @param config {@code config.json}
   * @return an even number
   * @throws CheckpointException if there is none
   */
  static int headDim(ConfigFile config) {
    int headDim = width(config, "head_dim");
    if (headDim % 2 != 0) {
      throw config.wrong("head_dim", "must be even: rotary embedding turns pairs");
    }
    // Bounded together, as all products of sizes are.
    int heads = width(config, "num_attention_heads");
    if ((long) heads * headDim > MAX_WIDTH) {
      throw config.wrong("head_dim", "with num_attention_heads = " + heads + " it is too large");
    }
    return headDim;
  }

  /** How many experts a layer has; bounded as the number of its tensors is. */
  static int experts(ConfigFile config) {
    return config.number("num_experts", 2, MAX_EXPERTS);
  }

  /** How many experts a token passes through. */
  static int expertsPerToken(ConfigFile config) {
    return config.number("num_experts_per_tok", 1, experts(config));
  }

  /** Width of an expert; bounded by those of all that a token passes through. */
  static int expertWidth(ConfigFile config, String key) {
    return config.number(key, 1, MAX_WIDTH / expertsPerToken(config));
  }
}
