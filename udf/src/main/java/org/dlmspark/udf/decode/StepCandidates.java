package org.dlmspark.udf.decode;

import java.util.BitSet;
import java.util.function.IntToDoubleFunction;

/**
 * The positions that a step may decode, and which of them it does: of the block's masked ones as
 * many as the schedule, or their confidences, ask for. With edits and where tokens are masked again
 * decoded positions are among them. Reused from step to step; not thread-safe.
 */
final class StepCandidates {
  private final GenerationSettings settings;
  private final Unmasking unmasking;
  private final ModelTraits model;
  private final RandomStream random;
  private final IntToDoubleFunction priority;

  // One step's scratch, sized for a block.
  private final int[] position;
  private final double[] confidence;
  private final int[] picks;
  private int count;

  /** Masks of the block when it began. */
  private int masksAtFirst;

  /** Whether the last step gave a decoded position another token. */
  private boolean edited;

  /**
   * Creates an empty set.
   *
   * @param settings how to generate, resolved
   * @param model what is special about the model
   * @param random the row's random numbers
   * @param priority the order of positions that are chosen before the forward pass: higher first in
   *     each block
   */
  StepCandidates(
      GenerationSettings settings,
      ModelTraits model,
      RandomStream random,
      IntToDoubleFunction priority) {
    this.settings = settings;
    this.model = model;
    this.random = random;
    unmasking = settings.unmasking();
    this.priority = unmasking.remasking() == Remasking.SEQUENTIAL ? p -> -p : priority;
    position = new int[settings.blockLength()];
    confidence = new double[settings.blockLength()];
    picks = new int[settings.blockLength()];
  }

  /**
   * Finds the block's masked positions in ascending order, or those of them that are chosen before
   * the forward pass; these become the sequence's targets.
   *
   * @param progress the sequence before the step
   */
  void collect(SequenceProgress progress) {
    count = 0;
    BitSet masked = progress.masked();
    BitSet targets = progress.targets();
    targets.clear();
    if (settings.blocks().edits() || unmasking.remasking() == Remasking.P2) {
      int first = Math.max(progress.blockStart(), progress.promptLength());
      for (int p = first; p < progress.blockEnd(); p++) {
        position[count++] = p;
      }
      return;
    }
    int end = model.decodesSmallBlocks() ? smallBlockEnd(progress) : progress.blockEnd();
    for (int p = masked.nextSetBit(progress.blockStart());
        p >= 0 && p < end;
        p = masked.nextSetBit(p + 1)) {
      position[count++] = p;
    }
    if (progress.stepInBlock() == 0) {
      masksAtFirst = count;
    }
    if (unmasking.remasking().chosenBeforeForward()) {
      for (int i = 0; i < count; i++) {
        confidence[i] = priority.applyAsDouble(position[i]);
      }
      int quota = quota(progress.stepInBlock());
      int picked = TokenChooser.mostConfident(confidence, count, quota, picks);
      for (int i = 0; i < picked; i++) {
        targets.set(position[picks[i]]);
      }
      count = 0;
      for (int p = targets.nextSetBit(0); p >= 0; p = targets.nextSetBit(p + 1)) {
        position[count++] = p;
      }
    }
  }

  /** Where the small block begins that has the block's first mask. */
  int smallBlockStart(SequenceProgress progress) {
    int small = settings.blocks().smallBlockLength();
    int first = progress.masked().nextSetBit(progress.blockStart());
    int within = first < 0 ? 0 : first - progress.blockStart();
    return progress.blockStart() + within / small * small;
  }

  /** The position after the last of the small block that has the block's first mask. */
  int smallBlockEnd(SequenceProgress progress) {
    return smallBlockStart(progress) + settings.blocks().smallBlockLength();
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** The position of the i-th. */
  int position(int i) {
    return position[i];
  }

  /** Whether the last step gave a decoded position another token. */
  boolean edited() {
    return edited;
  }

  /**
   * Takes the model's confidences.
   *
   * @param batch the batch with the model's results
   * @param first the number in the batch of the first candidate
   * @return false if one of them is not a number
   */
  boolean readConfidences(StepBatch batch, int first) {
    for (int i = 0; i < count; i++) {
      confidence[i] = batch.confidence(first + i);
      if (Double.isNaN(confidence[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Decodes those that the step chooses, once their confidences are read.
   *
   * @param progress the sequence, whose chosen positions get their tokens
   * @param batch the batch with the model's results
   * @param first the number in the batch of the first candidate
   */
  void unmask(SequenceProgress progress, StepBatch batch, int first) {
    if (settings.blocks().edits()) {
      edit(progress, batch, first);
      return;
    }
    if (unmasking.remasking() == Remasking.P2) {
      mask(progress, batch, first);
      return;
    }
    int picked = choosePicks(progress);
    for (int i = 0; i < picked; i++) {
      progress.unmask(position[picks[i]], batch.bestToken(first + picks[i]));
    }
  }

  /**
   * LLaDA2.1's step: masks that are sure enough get their tokens, at least so many as the settings
   * ask for, and decoded tokens give way to others that are sure enough. Both choices look at the
   * block as it was before the step.
   */
  private void edit(SequenceProgress progress, StepBatch batch, int first) {
    edited = false;
    int masks = 0;
    for (int i = 0; i < count; i++) {
      int token = batch.bestToken(first + i);
      if (progress.masked().get(position[i])) {
        masks++;
      } else if (token != progress.token(position[i])
          && confidence[i] > settings.blocks().editingThreshold()) {
        progress.replace(position[i], token);
        edited = true;
      }
    }
    if (masks == 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      if (!progress.masked().get(position[i])) {
        confidence[i] = Double.NEGATIVE_INFINITY; // never chosen before a mask
      }
    }
    Double threshold = unmasking.threshold();
    int sure =
        threshold == null ? 0 : TokenChooser.countStrictlyAbove(confidence, count, threshold);
    int wanted = Math.min(masks, Math.max(sure, settings.blocks().tokensPerStep()));
    int picked = TokenChooser.mostConfident(confidence, count, wanted, picks);
    for (int i = 0; i < picked; i++) {
      progress.unmask(position[picks[i]], batch.bestToken(first + picks[i]));
    }
  }

  /**
   * Open-dCoder's step: the least probable positions of the completion become or stay masks, masked
   * ones among the others get their tokens, decoded ones keep theirs.
   */
  private void mask(SequenceProgress progress, StepBatch batch, int first) {
    int steps = settings.stepsPerBlock();
    int kept = (int) (count * (1 - (progress.stepInBlock() + 1) / (double) steps));
    for (int i = 0; i < count; i++) {
      confidence[i] = -confidence[i];
    }
    int least = TokenChooser.mostConfident(confidence, count, kept, picks);
    for (int i = 0; i < count; i++) {
      // What was picked is not a number any more.
      if (!Double.isNaN(confidence[i]) && progress.masked().get(position[i])) {
        progress.unmask(position[i], batch.bestToken(first + i));
      }
    }
    for (int i = 0; i < least; i++) {
      progress.mask(position[picks[i]]);
    }
  }

  private int choosePicks(SequenceProgress progress) {
    if (unmasking.remasking().chosenBeforeForward()) {
      return TokenChooser.mostConfident(confidence, count, count, picks);
    }
    int quota = count == 0 ? 0 : quota(progress.stepInBlock());
    if (unmasking.algTemp() > 0) {
      for (int i = 0; i < count; i++) {
        // The order of confidence / algTemp + noise, and no division by next to nothing.
        confidence[i] +=
            unmasking.algTemp()
                * random.gumbel(RandomStream.Purpose.POSITION, progress.step(), position[i]);
      }
    }
    return TokenChooser.mostConfident(confidence, count, quota, picks);
  }

  /** How many of the candidates the schedule, or their confidences, ask for. */
  private int quota(int stepInBlock) {
    if (model.blocks() != null) {
      return blockQuota(stepInBlock);
    }
    if (unmasking.threshold() != null) {
      return TokenChooser.countAbove(confidence, count, unmasking.threshold());
    }
    if (unmasking.factor() != null) {
      return TokenChooser.countByFactor(confidence, count, unmasking.factor());
    }
    return scheduled(stepInBlock);
  }

  /** The authors of block diffusion take what is above the threshold, if that is enough. */
  private int blockQuota(int stepInBlock) {
    int least = model.decodesSmallBlocks() ? 1 : scheduled(stepInBlock);
    int sure =
        unmasking.threshold() == null
            ? 0
            : TokenChooser.countStrictlyAbove(confidence, count, unmasking.threshold());
    return Math.max(sure, least);
  }

  private int scheduled(int stepInBlock) {
    int steps = settings.stepsPerBlock();
    return switch (unmasking.schedule()) {
      case EVEN -> UnmaskingSchedule.evenQuota(settings.blockLength(), steps, stepInBlock);
      case TIMESTEP -> UnmaskingSchedule.timestepQuota(count, steps, stepInBlock, unmasking.eps());
      case ROUNDED -> UnmaskingSchedule.roundedQuota(masksAtFirst, steps, stepInBlock);
      case KEPT -> UnmaskingSchedule.keptQuota(count, settings.blockLength(), steps, stepInBlock);
    };
  }
}
