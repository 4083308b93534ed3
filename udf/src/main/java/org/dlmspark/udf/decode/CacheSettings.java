package org.dlmspark.udf.decode;

import java.io.Serializable;

/**
 * Which positions a step computes ({@code cache.*}).
 *
 * @param policy the rule
 * @param refreshInterval all positions are computed anew at every step whose number within its
 *     block is a multiple of this; at least 1; without meaning for {@link CachePolicyName#NONE}
 */
public record CacheSettings(CachePolicyName policy, int refreshInterval) implements Serializable {

  /** The rules by name ({@code cache.policy}). */
  public enum CachePolicyName {
    /** No cache: every position at every step. */
    NONE("none"),
    /** The delayed cache of dKV-Cache: masked positions and those decoded one step ago. */
    DECODE("decode");

    private final String settingName;

    CachePolicyName(String settingName) {
      this.settingName = settingName;
    }

    /**
     * The name in the settings.
     *
     * @return the value of {@code cache.policy}
     */
    public String settingName() {
      return settingName;
    }
  }

  /** Checks the interval. */
  public CacheSettings {
    if (refreshInterval < 1) {
      throw new IllegalArgumentException(
          "cache.refresh-interval = " + refreshInterval + ": must be at least 1 (steps)");
    }
  }
}
