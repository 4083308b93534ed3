package org.dlmspark.udf.decode;

/**
 * What a sequence's coming pass computes: the active positions, and the candidates among them.
 * Reused from pass to pass; not thread-safe.
 */
interface StepPlan {

  /**
   * Plans the pass that is due, and adds it to a batch. Until {@link #advance} it may be said
   * again, and says the same.
   *
   * @param batch receives the active tokens and candidates
   * @param firstRow the sequence's first row in the KV buffers
   */
  void addTo(StepBatch batch, int firstRow);

  /** The number in the batch of the sequence's first candidate. */
  int firstCandidate();

  /** How many positions the pass computes, those of an unconditional branch included. */
  int positions();

  /** Whether the pass is a denoising step; else it only computes what is decoded already. */
  boolean isStep();

  /** Whether the pass, which is no step, chooses the running block's first token. */
  default boolean choosesFirstToken() {
    return false;
  }

  /** Notes that the running block's last pass had its final tokens. */
  default void settleBlock() {}

  /** Notes that the pass was computed, before its tokens are chosen. */
  void advance();

  /** Checks that every position that may be chosen was computed. */
  static void requireAll(int added, StepCandidates candidates, GenerationSettings settings) {
    if (added != candidates.count()) {
      throw new IllegalStateException(
          "cache policy "
              + settings.cache().policy().settingName()
              + " left a position inactive that may be chosen at this step");
    }
  }

  /** Makes the active token added last the candidate for a position. */
  static void addCandidate(
      StepBatch batch,
      int position,
      SequenceProgress progress,
      GenerationSettings settings,
      RandomStream random) {
    long key =
        settings.sampling().temperature() > 0
            ? random.bits(RandomStream.Purpose.TOKEN, progress.step(), position)
            : 0; // without noise nobody looks at it
    batch.addCandidate(key, position < progress.promptLength() + settings.minNewTokens());
  }
}
