package org.dlmspark.udf.decode;

import java.io.Serializable;

/**
 * Which positions a step computes ({@code cache.*}).
 *
 * @param policy the rule; null for the model's usual one
 * @param refreshInterval a step whose number within its block is a multiple of this is a refresh;
 *     at least 1; without meaning for {@code none}, {@code prefill}, {@code prefix} and {@code
 *     dual}
 * @param windowSize masked positions around each decoded one that {@code greedy} computes as well;
 *     at least 0; without meaning for the others
 * @param smallBlock whether a step within a block computes its small block alone, as Fast-dLLM v2
 *     can, {@code cache.small-block}
 */
public record CacheSettings(
    CachePolicyName policy, int refreshInterval, int windowSize, boolean smallBlock)
    implements Serializable {

  /** The rules by name ({@code cache.policy}). */
  public enum CachePolicyName implements Named {
    /** No cache: every position at every step. */
    NONE("none"),
    /** dKV-Cache-Decode: masked positions and those decoded one step ago. */
    DECODE("decode"),
    /** dKV-Cache-Greedy: positions decoded now and one step ago, and a window around them. */
    GREEDY("greedy"),
    /** dKV-Cache-Prefill: all but the prompt. */
    PREFILL("prefill"),
    /** dKV-Cache-PD: as {@link #DECODE}, and a refresh leaves out the prompt. */
    PD("pd"),
    /** Fast-dLLM's prefix cache: the block and all behind it. */
    PREFIX("prefix"),
    /** Fast-dLLM's dual cache: the block. */
    DUAL("dual"),
    /** As {@link #DECODE}, of the current block's positions alone. */
    BLOCK_DECODE("block-decode"),
    /** The exact cache of block diffusion: the running block, and once each finished one. */
    BLOCK("block");

    private final String settingName;

    CachePolicyName(String settingName) {
      this.settingName = settingName;
    }

    @Override
    public String settingName() {
      return settingName;
    }

    /**
     * Whether {@code cache.refresh-interval} has a meaning.
     *
     * @return false for rules that refresh at a block's begin or never
     */
    public boolean refreshes() {
      return this == DECODE || this == GREEDY || this == PD || this == BLOCK_DECODE;
    }
  }

  /** Checks the numbers. */
  public CacheSettings {
    if (refreshInterval < 1) {
      throw new IllegalArgumentException(
          "cache.refresh-interval = " + refreshInterval + ": must be at least 1 (steps)");
    }
    if (windowSize < 0) {
      throw new IllegalArgumentException(
          "cache.window-size = " + windowSize + ": must be 0 or more (positions)");
    }
  }
}
