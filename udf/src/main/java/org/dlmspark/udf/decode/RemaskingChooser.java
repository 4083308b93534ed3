package org.dlmspark.udf.decode;

/**
 * Open-dCoder's steps, {@code p2}: the least probable positions of the completion become or stay
 * masks, masked ones among the others get their tokens, decoded ones keep theirs.
 */
final class RemaskingChooser implements Chooser {
  private final GenerationSettings settings;
  private final StepCandidates candidates;

  RemaskingChooser(GenerationSettings settings, StepCandidates candidates) {
    this.settings = settings;
    this.candidates = candidates;
  }

  @Override
  public void collect(SequenceProgress progress) {
    Chooser.collectAll(progress, candidates);
  }

  @Override
  public void choose(SequenceProgress progress, StepBatch batch, int first) {
    double share = 1 - (progress.stepInBlock() + 1) / (double) settings.stepsPerBlock();
    int masks = (int) (candidates.count() * (float) share); // in float32, as the authors do
    double[] confidence = candidates.confidence();
    for (int i = 0; i < candidates.count(); i++) {
      confidence[i] = -confidence[i];
    }
    int least = candidates.pick(masks);
    for (int i = 0; i < candidates.count(); i++) {
      // What was picked is not a number any more.
      if (!Double.isNaN(confidence[i]) && progress.masked().get(candidates.position(i))) {
        progress.unmask(candidates.position(i), batch.bestToken(first + i));
      }
    }
    for (int i = 0; i < least; i++) {
      progress.mask(candidates.position(candidates.picked(i)));
    }
  }

  @Override
  public boolean tokensMayChange() {
    return true;
  }

  @Override
  public boolean isBlockDone(SequenceProgress progress) {
    return progress.isBlockDecoded() || progress.stepInBlock() == settings.stepsPerBlock();
  }
}
