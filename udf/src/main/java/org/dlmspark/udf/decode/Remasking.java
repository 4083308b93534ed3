package org.dlmspark.udf.decode;

/** How the positions to unmask at a step are chosen ({@code generation.remasking}). */
public enum Remasking implements Named {
  /** The most probable tokens, by the model's own distribution, whatever the temperature. */
  LOW_CONFIDENCE("low_confidence"),
  /** Positions in an order drawn from the row's random stream, whatever the model says. */
  RANDOM("random"),
  /** The most probable tokens, by the distribution they are drawn from. */
  MASKGIT_PLUS("maskgit_plus"),
  /** The largest distance between the two most probable tokens. */
  TOPK_MARGIN("topk_margin"),
  /** The distributions of least entropy; the confidence is sum p log p, at most 0. */
  ENTROPY("entropy"),
  /** The first positions from the left: SDAR's. */
  SEQUENTIAL("sequential"),
  /**
   * The most probable tokens of the whole completion, in every step anew: what is decoded may
   * become a mask again, as in Open-dCoder.
   */
  P2("p2");

  private final String settingName;

  Remasking(String settingName) {
    this.settingName = settingName;
  }

  @Override
  public String settingName() {
    return settingName;
  }

  /**
   * Whether the choice needs no confidences, so that only the chosen positions have to be projected
   * to the vocabulary.
   *
   * @return true if positions are chosen before the forward pass
   */
  boolean chosenBeforeForward() {
    return this == RANDOM || this == SEQUENTIAL;
  }

  /**
   * Whether confidences lie between 0 and 1, so that a threshold can be held against them.
   *
   * @return false for a choice that looks at none, and for entropies
   */
  boolean isProbability() {
    return !chosenBeforeForward() && this != ENTROPY;
  }
}
