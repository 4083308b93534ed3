package org.dlmspark.udf.decode;

/** How many positions each step unmasks ({@code generation.schedule}). */
public enum Schedule implements Named {
  /** As many at each step of a block: LLaDA's. */
  EVEN("even"),
  /** The share of the masked positions that a timestep asks for, the rest at the end: Dream's. */
  TIMESTEP("timestep"),
  /** The share of the block's masked positions that a timestep asks for, rounded: Tiny-A2D's. */
  ROUNDED("rounded"),
  /** All but so many as the step leaves masked of the region, the same at each step: RND1's. */
  KEPT("kept");

  private final String settingName;

  Schedule(String settingName) {
    this.settingName = settingName;
  }

  @Override
  public String settingName() {
    return settingName;
  }

  /**
   * Whether the authors decode the whole region at a time, and not block after block.
   *
   * @return true if a block is usually all of {@code generation.gen-length}
   */
  public boolean isOfRegion() {
    return this == TIMESTEP || this == KEPT;
  }
}
