package org.dlmspark.udf.decode;

import java.util.Arrays;

/** Picks among a step's candidates by their confidence. */
final class TokenChooser {
  /** Confidence of an entry that has been picked: any number may be one that has not. */
  private static final double TAKEN = Double.NaN;

  private TokenChooser() {}

  /**
   * Picks the {@code quota} entries of highest confidence; of equals the first.
   *
   * @param confidence the confidences, none of them NaN; overwritten
   * @param count how many entries are valid
   * @param quota how many to pick; more than {@code count} picks all
   * @param picks receives the picked indices, most confident first
   * @return how many were picked
   */
  static int mostConfident(double[] confidence, int count, int quota, int[] picks) {
    int wanted = Math.min(quota, count);
    // Quotas are small, mostly one, so that repeated scans beat a sort and need no objects.
    for (int picked = 0; picked < wanted; picked++) {
      int best = -1;
      for (int i = 0; i < count; i++) {
        if (!Double.isNaN(confidence[i]) && (best < 0 || confidence[i] > confidence[best])) {
          best = i;
        }
      }
      picks[picked] = best;
      confidence[best] = TAKEN;
    }
    return wanted;
  }

  /**
   * How many of a step's candidates a threshold lets through.
   *
   * @param confidence the confidences
   * @param count how many entries are valid, at least one
   * @param threshold the least confidence
   * @return how many have it, and at least 1
   */
  static int countAbove(double[] confidence, int count, double threshold) {
    int above = 0;
    for (int i = 0; i < count; i++) {
      if (confidence[i] >= threshold) {
        above++;
      }
    }
    return Math.max(1, above);
  }

  /**
   * How many of a step's candidates are more confident than a threshold.
   *
   * @param confidence the confidences
   * @param count how many entries are valid
   * @param threshold what they must be above
   * @return how many are, maybe none
   */
  static int countStrictlyAbove(double[] confidence, int count, double threshold) {
    int above = 0;
    for (int i = 0; i < count; i++) {
      if (confidence[i] > threshold) {
        above++;
      }
    }
    return above;
  }

  /**
   * How many of a step's candidates Fast-dLLM's factor rule lets through: the largest n with {@code
   * (n + 1) * (1 - c) < factor}, c being the n-th confidence in descending order.
   *
   * @param confidence the confidences
   * @param count how many entries are valid, at least one
   * @param factor the rule's bound
   * @return at least 1
   */
  static int countByFactor(double[] confidence, int count, double factor) {
    double[] ascending = Arrays.copyOf(confidence, count);
    Arrays.sort(ascending);
    // The left side grows with n, so the first that fails ends the search.
    int n = 0;
    while (n < count && (n + 2) * (1 - ascending[count - 1 - n]) < factor) {
      n++;
    }
    return Math.max(1, n);
  }
}
