package org.dlmspark.udf.decode;

import java.util.function.IntToDoubleFunction;

/**
 * Which positions of a block a step looks at, which of them it decodes, and when the block is done.
 * Belongs to one sequence.
 */
interface Chooser {

  /**
   * The chooser that settings ask for.
   *
   * @param settings how to generate, resolved
   * @param model what is special about the model
   * @param random the row's random numbers
   * @param priority the order of positions that are chosen before the forward pass: higher first in
   *     each block
   * @param candidates filled by {@link #collect}
   */
  static Chooser of(
      GenerationSettings settings,
      ModelTraits model,
      RandomStream random,
      IntToDoubleFunction priority,
      StepCandidates candidates) {
    if (settings.blocks().edits()) {
      return new EditingChooser(settings, candidates);
    }
    return settings.unmasking().remasking() == Remasking.P2
        ? new RemaskingChooser(settings, candidates)
        : new QuotaChooser(settings, model, random, priority, candidates);
  }

  /**
   * Finds the candidates of the coming step, in ascending order. Those that are chosen before the
   * forward pass become the sequence's targets.
   *
   * @param progress the sequence before the step
   */
  void collect(SequenceProgress progress);

  /**
   * Decodes those that the step chooses, once their confidences are read.
   *
   * @param progress the sequence, whose chosen positions get their tokens
   * @param batch the batch with the model's results
   * @param first the number in the batch of the first candidate
   */
  void choose(SequenceProgress progress, StepBatch batch, int first);

  /** Whether a decoded token may become another one, or a mask, in a later step of the block. */
  boolean tokensMayChange();

  /** Whether the last step left the block as it was, so that its pass had the final tokens. */
  default boolean leftAsItWas() {
    return false;
  }

  /**
   * Whether the block stays as it is. Asked once after each step.
   *
   * @param progress the sequence after the step
   */
  boolean isBlockDone(SequenceProgress progress);

  /** Makes all positions of the block that are not the prompt's candidates. */
  static void collectAll(SequenceProgress progress, StepCandidates candidates) {
    candidates.clear();
    progress.targets().clear();
    int first = Math.max(progress.blockStart(), progress.promptLength());
    for (int p = first; p < progress.blockEnd(); p++) {
      candidates.add(p);
    }
  }

  /** Gives the candidates that were picked their tokens. */
  static void unmask(
      SequenceProgress progress,
      StepCandidates candidates,
      int picked,
      StepBatch batch,
      int first) {
    for (int i = 0; i < picked; i++) {
      int candidate = candidates.picked(i);
      progress.unmask(candidates.position(candidate), batch.bestToken(first + candidate));
    }
  }
}
