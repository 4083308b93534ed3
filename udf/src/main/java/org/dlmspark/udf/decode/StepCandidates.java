package org.dlmspark.udf.decode;

/**
 * The positions that a step may decode, with the model's confidences. Reused from step to step; not
 * thread-safe.
 */
final class StepCandidates {
  private final int[] position;
  private final double[] confidence;
  private final int[] picks;
  private int count;

  /**
   * Creates an empty set.
   *
   * @param most positions of a block, which is as many as there may be
   */
  StepCandidates(int most) {
    position = new int[most];
    confidence = new double[most];
    picks = new int[most];
  }

  /** Takes all out. */
  void clear() {
    count = 0;
  }

  /** Adds a position, behind those that are there. */
  void add(int added) {
    position[count++] = added;
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** The position of the i-th. */
  int position(int i) {
    return position[i];
  }

  /** The confidences, of which the first {@link #count} are valid; may be changed. */
  double[] confidence() {
    return confidence;
  }

  /**
   * Takes the model's confidences.
   *
   * @param batch the batch with the model's results
   * @param first the number in the batch of the first candidate
   * @return false if one of them is not a number
   */
  boolean readConfidences(StepBatch batch, int first) {
    for (int i = 0; i < count; i++) {
      confidence[i] = batch.confidence(first + i);
      if (Double.isNaN(confidence[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Picks the most confident; of equals the first.
   *
   * @param quota how many
   * @return how many were picked: no more than there are. Their confidences are no numbers any more
   */
  int pick(int quota) {
    return TokenChooser.mostConfident(confidence, count, quota, picks);
  }

  /** Which candidate was picked as the i-th, the most confident first. */
  int picked(int i) {
    return picks[i];
  }
}
