package org.dlmspark.udf.decode;

import java.util.BitSet;

/**
 * Which positions a step computes: a pure function from a sequence's state to a set of positions.
 * Positions outside the set are read from the KV buffers as they were last computed (dKV-Cache,
 * arXiv 2505.15781, section 3; {@code prefix} and {@code dual}: Fast-dLLM, arXiv 2505.22618).
 *
 * <p>The token of position p is read from p itself or, where a model's logits are shifted, from p -
 * 1, its <i>reader</i>. A shifted model's delayed caches follow the readers, as its authors' code
 * does: a position's own token may enter the cache only with the next refresh, when the token
 * behind it was decoded earlier.
 */
@FunctionalInterface
interface CachePolicy {

  /**
   * Names the active positions of the step that is about to run.
   *
   * @param state the sequence before the step
   * @param active an empty set, filled with positions from 0 to {@code state.length() - 1}, at
   *     least one, among them the reader of every position that the step may unmask
   */
  void activePositions(SequenceState state, BitSet active);

  /**
   * The policy that settings name.
   *
   * @param settings {@code cache.*}
   * @param shifted whether the model's logits are shifted
   * @return the policy
   */
  static CachePolicy of(CacheSettings settings, boolean shifted) {
    int interval = settings.refreshInterval();
    // The first position whose reader is not part of the prompt's inner positions.
    int back = shifted ? 1 : 0;
    CachePolicy all = (state, active) -> active.set(0, state.length());
    CachePolicy completion =
        (state, active) -> active.set(state.promptLength() - back, state.length());
    CachePolicy masked =
        (state, active) -> {
          addReaders(state.maskedBeforePreviousStep(), back, active);
          if (shifted && state.stepInBlock() == 1) {
            // Its logits are position 0's, which counts as decoded one step later than it is.
            active.set(state.length() - 1);
          }
        };
    return switch (settings.policy()) {
      case BLOCK -> throw new IllegalStateException("block is not for positions that see all");
      case NONE -> all;
      case DECODE -> refreshed(all, masked, interval, shifted);
      case GREEDY ->
          (state, active) -> {
            if (state.stepInBlock() % interval == 0) {
              all.activePositions(state, active);
            } else {
              addReaders(surroundings(state, settings.windowSize()), back, active);
              if (active.isEmpty()) {
                // By timesteps neither this step nor the last one may decode anything.
                active.set(state.blockStart());
              }
            }
          };
      case PREFILL -> firstOfBlock(all, completion);
      case PD -> firstOfBlock(all, refreshed(completion, masked, interval, shifted));
      case PREFIX ->
          firstOfBlock(
              all, (state, active) -> active.set(state.blockStart() - back, state.length()));
      case DUAL ->
          firstOfBlock(
              all, (state, active) -> active.set(state.blockStart() - back, state.blockEnd()));
      case BLOCK_DECODE ->
          refreshed(
              all,
              (state, active) -> {
                BitSet inBlock = state.maskedBeforePreviousStep().get(0, state.blockEnd());
                inBlock.clear(0, state.blockStart());
                addReaders(inBlock, back, active);
              },
              interval,
              shifted);
    };
  }

  private static CachePolicy firstOfBlock(CachePolicy first, CachePolicy others) {
    return (state, active) ->
        (state.stepInBlock() == 0 ? first : others).activePositions(state, active);
  }

  /**
   * One policy at refreshes, another between them. The authors' code for models whose logits are
   * not shifted caches nothing at a block's first step, so that the second is a refresh as well.
   */
  private static CachePolicy refreshed(
      CachePolicy refresh, CachePolicy between, int interval, boolean shifted) {
    return (state, active) -> {
      int step = state.stepInBlock();
      boolean full = step % interval == 0 || (step == 1 && !shifted);
      (full ? refresh : between).activePositions(state, active);
    };
  }

  private static void addReaders(BitSet positions, int back, BitSet active) {
    if (back == 0) {
      active.or(positions);
      return;
    }
    for (int p = positions.nextSetBit(0); p >= 0; p = positions.nextSetBit(p + 1)) {
      active.set(p - back);
    }
  }

  /**
   * What {@code greedy} looks at: what this step decodes, what the previous one decoded, and for
   * each position that this step decodes the nearest {@code window} others that were masked when
   * the previous step began and that no other position took first: outward, left before right.
   */
  private static BitSet surroundings(SequenceState state, int window) {
    BitSet open = state.maskedBeforePreviousStep();
    int[] targets = state.targets().stream().toArray();
    BitSet found = new BitSet();
    found.or(open);
    found.andNot(state.masked());
    found.or(state.targets());
    int[] counts = new int[targets.length];
    BitSet rest = (BitSet) open.clone();
    rest.andNot(found);
    long missing = Math.min((long) window * targets.length, rest.cardinality());
    for (int distance = 1; missing > 0 && distance < state.length(); distance++) {
      for (int side = -distance; side <= distance; side += 2 * distance) {
        for (int i = 0; i < targets.length; i++) {
          int neighbour = targets[i] + side;
          if (counts[i] < window
              && neighbour >= 0
              && open.get(neighbour)
              && !found.get(neighbour)) {
            found.set(neighbour);
            counts[i]++;
            missing--;
          }
        }
      }
    }
    return found;
  }
}
