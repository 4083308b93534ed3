package org.dlmspark.udf.decode;

/** How many positions each step unmasks ({@code generation.schedule}). */
public enum Schedule implements Named {
  /** As many at each step of a block: LLaDA's. */
  EVEN("even"),
  /** The share of the masked positions that a timestep asks for, the rest at the end: Dream's. */
  TIMESTEP("timestep");

  private final String settingName;

  Schedule(String settingName) {
    this.settingName = settingName;
  }

  @Override
  public String settingName() {
    return settingName;
  }
}
