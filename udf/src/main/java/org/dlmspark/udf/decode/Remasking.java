package org.dlmspark.udf.decode;

/** How the positions to unmask at a step are chosen ({@code generation.remasking}). */
public enum Remasking {
  /** The positions whose chosen token is most probable. */
  LOW_CONFIDENCE("low_confidence", false),
  /** Positions drawn from the row's random stream, whatever the model says. */
  RANDOM("random", true);

  private final String settingName;
  private final boolean chosenBeforeForward;

  Remasking(String settingName, boolean chosenBeforeForward) {
    this.settingName = settingName;
    this.chosenBeforeForward = chosenBeforeForward;
  }

  /**
   * The name in the settings.
   *
   * @return the value of {@code generation.remasking}
   */
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
    return chosenBeforeForward;
  }
}
