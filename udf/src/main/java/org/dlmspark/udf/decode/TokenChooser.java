package org.dlmspark.udf.decode;

/** Picks the most confident of a step's candidates. */
final class TokenChooser {
  /** Confidence of an entry that has been picked. */
  private static final double TAKEN = Double.NEGATIVE_INFINITY;

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
        if (confidence[i] != TAKEN && (best < 0 || confidence[i] > confidence[best])) {
          best = i;
        }
      }
      picks[picked] = best;
      confidence[best] = TAKEN;
    }
    return wanted;
  }
}
