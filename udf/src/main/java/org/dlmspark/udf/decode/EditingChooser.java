package org.dlmspark.udf.decode;

/**
 * LLaDA2.1's steps: masks that are sure enough get their tokens, at least so many as the settings
 * ask for, and decoded tokens give way to others that are sure enough. Both choices look at the
 * block as it was before the step.
 */
final class EditingChooser implements Chooser {
  private final GenerationSettings settings;
  private final StepCandidates candidates;

  /** Whether the last step gave a decoded position another token. */
  private boolean edited;

  /** Whether there was a mask in the block before the last step. */
  private boolean sawMasks;

  /** Steps that ended with no mask in the block. */
  private int postSteps;

  EditingChooser(GenerationSettings settings, StepCandidates candidates) {
    this.settings = settings;
    this.candidates = candidates;
  }

  @Override
  public void collect(SequenceProgress progress) {
    Chooser.collectAll(progress, candidates);
  }

  @Override
  public void choose(SequenceProgress progress, StepBatch batch, int first) {
    edited = false;
    double[] confidence = candidates.confidence();
    int masks = 0;
    for (int i = 0; i < candidates.count(); i++) {
      int position = candidates.position(i);
      int token = batch.bestToken(first + i);
      if (progress.masked().get(position)) {
        masks++;
        continue;
      }
      if (token != progress.token(position)
          && confidence[i] > settings.blocks().editingThreshold()) {
        progress.replace(position, token);
        edited = true;
      }
      confidence[i] = Double.NEGATIVE_INFINITY; // never chosen before a mask
    }
    sawMasks = masks > 0;
    Double threshold = settings.unmasking().threshold();
    int sure =
        threshold == null
            ? 0
            : TokenChooser.countStrictlyAbove(confidence, candidates.count(), threshold);
    int wanted = Math.min(masks, Math.max(sure, settings.blocks().tokensPerStep()));
    Chooser.unmask(progress, candidates, candidates.pick(wanted), batch, first);
  }

  @Override
  public boolean tokensMayChange() {
    return true;
  }

  @Override
  public boolean leftAsItWas() {
    return !sawMasks && !edited;
  }

  @Override
  public boolean isBlockDone(SequenceProgress progress) {
    boolean done =
        leftAsItWas()
            || (progress.isBlockDecoded() && ++postSteps > settings.blocks().maxPostSteps());
    if (done) {
      postSteps = 0;
    }
    return done;
  }
}
