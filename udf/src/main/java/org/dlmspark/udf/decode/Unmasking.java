package org.dlmspark.udf.decode;

import java.io.Serializable;

/**
 * Which masked positions a step decodes, and how many ({@code generation.*}).
 *
 * @param schedule how many at each step; null for that of the model's authors, {@code
 *     generation.schedule}
 * @param eps the last timestep of {@link Schedule#TIMESTEP}, {@code generation.eps}
 * @param remasking which, {@code generation.remasking}
 * @param algTemp 0 takes the most confident; above 0 positions are drawn by {@code
 *     softmax(confidence / algTemp)}, {@code generation.alg-temp}
 * @param threshold where positions see all, instead of a schedule: all positions at least so
 *     confident, and always the most confident one; in a block beside the schedule: all that are
 *     more confident, if the schedule does not ask for more; null for none, {@code
 *     generation.threshold}
 * @param factor instead of a schedule: the most positions n with {@code (n + 1) * (1 - c) <
 *     factor}, c the n-th confidence in descending order, and always one; null for none, {@code
 *     generation.factor}
 */
public record Unmasking(
    Schedule schedule,
    double eps,
    Remasking remasking,
    double algTemp,
    Double threshold,
    Double factor)
    implements Serializable {

  /** Checks the ranges, and that the parts make sense together. */
  public Unmasking {
    if (!(eps > 0 && eps < 1)) {
      throw new IllegalArgumentException(
          "generation.eps = " + eps + ": must be above 0 and below 1, such as 0.001");
    }
    if (!(algTemp >= 0) || Double.isInfinite(algTemp)) {
      throw new IllegalArgumentException(
          "generation.alg-temp = " + algTemp + ": must be 0 or a finite number above it");
    }
    if (algTemp > 0 && remasking.chosenBeforeForward()) {
      throw new IllegalArgumentException(
          "generation.alg-temp = "
              + algTemp
              + " softens a choice by confidence, and generation.remasking = "
              + remasking.settingName()
              + " has none: remove one of them");
    }
    if (threshold != null && !(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "generation.threshold = "
              + threshold
              + ": must be above 0 and at most 1, such as 0.9, or null for none");
    }
    if (factor != null && (!(factor > 0) || Double.isInfinite(factor))) {
      throw new IllegalArgumentException(
          "generation.factor = " + factor + ": must be a finite number above 0, or null for none");
    }
    if (threshold != null && factor != null) {
      throw new IllegalArgumentException(
          "generation.threshold = "
              + threshold
              + " and generation.factor = "
              + factor
              + " both say how many positions a step decodes: set one of them to null");
    }
    if (threshold != null || factor != null) {
      String key = threshold != null ? "generation.threshold" : "generation.factor";
      Double value = threshold != null ? threshold : factor;
      if (!remasking.isProbability()) {
        throw new IllegalArgumentException(
            key
                + " = "
                + value
                + " is held against probabilities, and generation.remasking = "
                + remasking.settingName()
                + " has none: choose low_confidence, maskgit_plus or topk_margin");
      }
      if (algTemp > 0) {
        throw new IllegalArgumentException(
            key
                + " = "
                + value
                + " leaves no position to be drawn by generation.alg-temp = "
                + algTemp
                + ": remove one of them");
      }
    }
  }

  /**
   * Whether confidences say how many positions a step decodes.
   *
   * @return true with a threshold or a factor
   */
  boolean isParallel() {
    return threshold != null || factor != null;
  }
}
