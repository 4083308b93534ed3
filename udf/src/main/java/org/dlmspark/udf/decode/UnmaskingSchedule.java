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

  /**
   * A step's quota by Tiny-A2D's schedule: of the masked positions the share {@code 1 - s / t},
   * rounded, halves to even; steps that would decode nothing are left out. Computed in float32, as
   * its authors do.
   *
   * @param masks masked positions of the block when it began
   * @param steps steps of the block
   * @param step the step within the block, from 0, those left out not counted
   * @return tokens to unmask at this step; 0 when there are no more steps
   */
  static int roundedQuota(int masks, int steps, int step) {
    int left = masks;
    int counted = 0;
    for (int i = 0; i < steps && left > 0; i++) {
      float t = (float) (steps - i) / steps;
      float s = (float) (steps - i - 1) / steps;
      float share = 1 - (1 - (1 - s)) / (1 - (1 - t));
      int quota = Math.min(left, (int) Math.rint(left * share));
      left -= quota;
      if (quota > 0 && counted++ == step) {
        return quota;
      }
    }
    return 0;
  }

  /**
   * A step's quota by RND1's schedule: after the step with {@code n} more to come the share {@code
   * n / steps} of the region is masked still, rounded down. Computed in float32, as its authors do:
   * where the product is a whole number, it may come out below that.
   *
   * @param masked masked positions of the block now
   * @param region positions of the block
   * @param steps steps of the block
   * @param step the step within the block, from 0
   * @return tokens to unmask at this step; may be 0
   */
  static int keptQuota(int masked, int region, int steps, int step) {
    float share = (float) Math.max(0, steps - 1 - step) / steps;
    return Math.max(0, masked - (int) (share * region));
  }
}
