package org.dlmspark.udf.decode;

/** How many tokens each step of a block unmasks: LLaDA's even schedule. */
final class UnmaskingSchedule {

  private UnmaskingSchedule() {}

  /**
   * A step's quota: {@code masks / steps} tokens, and one more in the first {@code masks % steps}
   * steps.
   *
   * @param masks masked positions of the block when it began
   * @param steps steps of the block
   * @param step the step within the block, from 0
   * @return tokens to unmask at this step
   */
  static int quota(int masks, int steps, int step) {
    return masks / steps + (step < masks % steps ? 1 : 0);
  }
}
