package org.dlmspark.udf.decode;

import java.util.BitSet;
import java.util.function.IntToDoubleFunction;

/**
 * Steps that decode masks, of the block's as many as the schedule, or their confidences, ask for,
 * and leave alone what is decoded.
 */
final class QuotaChooser implements Chooser {
  private final GenerationSettings settings;
  private final Unmasking unmasking;
  private final ModelTraits model;
  private final RandomStream random;
  private final IntToDoubleFunction priority;
  private final StepCandidates candidates;

  /** Masks of the block when it began. */
  private int masksAtFirst;

  QuotaChooser(
      GenerationSettings settings,
      ModelTraits model,
      RandomStream random,
      IntToDoubleFunction priority,
      StepCandidates candidates) {
    this.settings = settings;
    this.model = model;
    this.random = random;
    this.candidates = candidates;
    unmasking = settings.unmasking();
    this.priority = unmasking.remasking() == Remasking.SEQUENTIAL ? p -> -p : priority;
  }

  @Override
  public void collect(SequenceProgress progress) {
    candidates.clear();
    progress.targets().clear();
    int end =
        model.decodesSmallBlocks()
            ? progress.smallBlockEnd(settings.blocks().smallBlockLength())
            : progress.blockEnd();
    BitSet masked = progress.masked();
    for (int p = masked.nextSetBit(progress.blockStart());
        p >= 0 && p < end;
        p = masked.nextSetBit(p + 1)) {
      candidates.add(p);
    }
    if (progress.stepInBlock() == 0) {
      masksAtFirst = candidates.count();
    }
    if (unmasking.remasking().chosenBeforeForward()) {
      pickTargets(progress);
    }
  }

  /** Leaves those that the step decodes, whatever the model says. */
  private void pickTargets(SequenceProgress progress) {
    for (int i = 0; i < candidates.count(); i++) {
      candidates.confidence()[i] = priority.applyAsDouble(candidates.position(i));
    }
    BitSet targets = progress.targets();
    int picked = candidates.pick(quota(progress.stepInBlock()));
    for (int i = 0; i < picked; i++) {
      targets.set(candidates.position(candidates.picked(i)));
    }
    candidates.clear();
    for (int p = targets.nextSetBit(0); p >= 0; p = targets.nextSetBit(p + 1)) {
      candidates.add(p);
    }
  }

  @Override
  public void choose(SequenceProgress progress, StepBatch batch, int first) {
    Chooser.unmask(progress, candidates, candidates.pick(wanted(progress)), batch, first);
  }

  private int wanted(SequenceProgress progress) {
    int count = candidates.count();
    if (count == 0 || unmasking.remasking().chosenBeforeForward()) {
      return count;
    }
    int quota = quota(progress.stepInBlock());
    if (unmasking.algTemp() > 0) {
      for (int i = 0; i < count; i++) {
        // The order of confidence / algTemp + noise, and no division by next to nothing.
        candidates.confidence()[i] +=
            unmasking.algTemp()
                * random.gumbel(
                    RandomStream.Purpose.POSITION, progress.step(), candidates.position(i));
      }
    }
    return quota;
  }

  /** How many of the candidates the schedule, or their confidences, ask for. */
  private int quota(int stepInBlock) {
    double[] confidence = candidates.confidence();
    int count = candidates.count();
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
            : TokenChooser.countStrictlyAbove(
                candidates.confidence(), candidates.count(), unmasking.threshold());
    return Math.max(sure, least);
  }

  private int scheduled(int stepInBlock) {
    int steps = settings.stepsPerBlock();
    int masked = candidates.count();
    return switch (unmasking.schedule()) {
      case EVEN -> UnmaskingSchedule.evenQuota(settings.blockLength(), steps, stepInBlock);
      case TIMESTEP -> UnmaskingSchedule.timestepQuota(masked, steps, stepInBlock, unmasking.eps());
      case ROUNDED -> UnmaskingSchedule.roundedQuota(masksAtFirst, steps, stepInBlock);
      case KEPT -> UnmaskingSchedule.keptQuota(masked, settings.blockLength(), steps, stepInBlock);
    };
  }

  @Override
  public boolean tokensMayChange() {
    return false;
  }

  @Override
  public boolean isBlockDone(SequenceProgress progress) {
    boolean lastStep =
        unmasking.schedule().isOfRegion()
            && !unmasking.isParallel()
            && progress.stepInBlock() == settings.stepsPerBlock();
    // With more steps than tokens a block is complete before its last step.
    return progress.isBlockDecoded() || lastStep;
  }
}
