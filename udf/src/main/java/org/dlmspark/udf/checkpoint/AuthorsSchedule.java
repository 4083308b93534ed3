package org.dlmspark.udf.checkpoint;

/** How many tokens a model's authors decode at each step, where nothing else is asked for. */
public enum AuthorsSchedule {
  /** As many at each step of a block: LLaDA's. */
  EVEN,
  /** The share of the masks that a timestep asks for, over the whole region: Dream's. */
  TIMESTEP,
  /** The share of the masks that a timestep asks for, rounded, block by block: Tiny-A2D's. */
  ROUNDED,
  /** As many as leave a share of the whole region masked: RND1's. */
  KEPT
}
