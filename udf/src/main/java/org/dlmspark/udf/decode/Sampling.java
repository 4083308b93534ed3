package org.dlmspark.udf.decode;

import java.io.Serializable;

/**
 * How a position's token is drawn ({@code generation.*}). The draw takes the largest of {@code
 * logit + temperature * Gumbel noise} over the tokens that the filters leave. That is LLaDA's own
 * sampler, and the same distribution as Dream's categorical draw from {@code softmax(logits /
 * temperature)}.
 *
 * @param temperature 0 for the most probable token, {@code generation.temperature}
 * @param topP tokens are left out once more probable ones have more than this probability together;
 *     1 leaves out none, {@code generation.top-p}
 * @param topK how many of the most probable tokens are left; 0 leaves all, {@code generation.top-k}
 */
public record Sampling(double temperature, double topP, int topK) implements Serializable {

  /** Checks the ranges. */
  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "generation.temperature = " + temperature + ": must be 0 or a finite number above it");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "generation.top-p = "
              + topP
              + ": must be above 0 and at most 1, which leaves all tokens");
    }
    if (topK < 0) {
      throw new IllegalArgumentException(
          "generation.top-k = " + topK + ": must be at least 1, or 0, which leaves all tokens");
    }
  }

  /**
   * Whether tokens are left out.
   *
   * @return true if top-p or top-k is in use
   */
  public boolean filters() {
    return topP < 1 || topK > 0;
  }
}
