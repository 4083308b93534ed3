package org.dlmspark.udf.decode;

import java.util.BitSet;

/**
 * Which positions a step computes: a pure function from a sequence's state to a set of positions.
 * Positions outside the set are read from the KV buffers as they were last computed (dKV-Cache,
 * arXiv 2505.15781, section 3).
 */
@FunctionalInterface
public interface CachePolicy {

  /**
   * Names the active positions of the step that is about to run.
   *
   * @param state the sequence before the step
   * @param active an empty set, filled with positions from 0 to {@code state.length() - 1}
   */
  void activePositions(SequenceState state, BitSet active);

  /**
   * The policy that settings name.
   *
   * @param settings {@code cache.*}
   * @return the policy
   */
  static CachePolicy of(CacheSettings settings) {
    return switch (settings.policy()) {
      case NONE -> (state, active) -> active.set(0, state.length());
      case DECODE -> delayedDecode(settings.refreshInterval());
    };
  }

  /**
   * dKV-Cache-Decode for models whose logits are not shifted. Everything at a block's first two
   * steps and at every refresh; between them, what was masked when the previous step chose: the
   * positions masked now, and those decoded one step ago, whose keys and values change most at that
   * moment and are cached from then on.
   */
  private static CachePolicy delayedDecode(int refreshInterval) {
    return (state, active) -> {
      if (state.stepInBlock() <= 1 || state.stepInBlock() % refreshInterval == 0) {
        active.set(0, state.length());
      } else {
        active.or(state.maskedBeforePreviousStep());
      }
    };
  }
}
