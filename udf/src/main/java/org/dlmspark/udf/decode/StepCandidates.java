package org.dlmspark.udf.decode;

import java.util.BitSet;
import java.util.function.IntToDoubleFunction;

/**
 * The positions that a step may decode, and which of them it does: of the block's masked ones as
 * many as the schedule, or their confidences, ask for. Reused from step to step; not thread-safe.
 */
final class StepCandidates {
  private final Unmasking unmasking;
  private final int blockLength;
  private final int stepsPerBlock;
  private final RandomStream random;
  private final IntToDoubleFunction priority;

  // One step's scratch, sized for a block.
  private final int[] position;
  private final double[] confidence;
  private final int[] picks;
  private int count;

  /**
   * Creates an empty set.
   *
   * @param settings how to generate, resolved
   * @param random the row's random numbers
   * @param priority the order of random remasking: higher first in each block
   */
  StepCandidates(GenerationSettings settings, RandomStream random, IntToDoubleFunction priority) {
    this.random = random;
    this.priority = priority;
    unmasking = settings.unmasking();
    blockLength = settings.blockLength();
    stepsPerBlock = settings.stepsPerBlock();
    position = new int[blockLength];
    confidence = new double[blockLength];
    picks = new int[blockLength];
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
    int end = progress.blockEnd();
    for (int p = masked.nextSetBit(progress.blockStart());
        p >= 0 && p < end;
        p = masked.nextSetBit(p + 1)) {
      position[count++] = p;
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

  /** How many there are. */
  int count() {
    return count;
  }

  /** The position of the i-th. */
  int position(int i) {
    return position[i];
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
    int picked = choosePicks(progress);
    for (int i = 0; i < picked; i++) {
      progress.unmask(position[picks[i]], batch.bestToken(first + picks[i]));
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
    if (unmasking.threshold() != null) {
      return TokenChooser.countAbove(confidence, count, unmasking.threshold());
    }
    if (unmasking.factor() != null) {
      return TokenChooser.countByFactor(confidence, count, unmasking.factor());
    }
    return switch (unmasking.schedule()) {
      case EVEN -> UnmaskingSchedule.evenQuota(blockLength, stepsPerBlock, stepInBlock);
      case TIMESTEP ->
          UnmaskingSchedule.timestepQuota(count, stepsPerBlock, stepInBlock, unmasking.eps());
    };
  }
}
