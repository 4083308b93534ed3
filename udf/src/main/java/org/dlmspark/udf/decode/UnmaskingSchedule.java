package org.dlmspark.udf.decode;

/** How many tokens each step of a block unmasks. */
final class UnmaskingSchedule {

  private UnmaskingSchedule() {}

  /**
   * A step's quota by LLaDA's even schedule: {@code masks / steps} tokens, and one more in the
   * first {@code masks % steps} steps.
   *
   * @param masks masked positions of the block when it began
   * @param steps steps of the block
   * @param step the step within the block, from 0
   * @return tokens to unmask at this step
   */
  static int evenQuota(int masks, int steps, int step) {
    return masks / steps + (step < masks % steps ? 1 : 0);
  }

  /**
   * A step's quota by Dream's timesteps, which fall evenly from 1 to eps: of the masked positions
   * the share {@code 1 - t(step + 1) / t(step)}, rounded down; at the last step all. Computed in
   * float32 with PyTorch's own formula, since a quota jumps where the product is a whole number;
   * its kernels round some timesteps otherwise. With eps 1e-3 and up to 512 steps no quota of 600
   * masks or fewer differed from libtorch's on a CPU; of more, one in a hundred runs had one.
   *
   * @param masked masked positions of the block now
   * @param steps steps of the block
   * @param step the step within the block, from 0
   * @param eps the last timestep
   * @return tokens to unmask at this step; may be 0
   */
  static int timestepQuota(int masked, int steps, int step, double eps) {
    if (step >= steps - 1) {
      return masked;
    }
    float share = 1 - timestep(step + 1, steps, (float) eps) / timestep(step, steps, (float) eps);
    return (int) (masked * share);
  }

  /** {@code torch.linspace(1, eps, steps + 1)[index]}, which counts from the nearer end. */
  private static float timestep(int index, int steps, float eps) {
    float stride = (eps - 1) / steps;
    return index < (steps + 1) / 2 ? 1 + stride * index : eps - stride * (steps - index);
  }
}
