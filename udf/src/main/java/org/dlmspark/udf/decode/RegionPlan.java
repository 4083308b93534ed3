package org.dlmspark.udf.decode;

import java.util.BitSet;

/**
 * The plan of a sequence whose positions all see each other: active is what the cache policy says,
 * in both branches with guidance.
 */
final class RegionPlan implements StepPlan {
  private final GenerationSettings settings;
  private final ModelTraits model;
  private final RandomStream random;
  private final SequenceProgress progress;
  private final Chooser chooser;
  private final StepCandidates candidates;
  private final CachePolicy policy;
  private final TokenChoice choice;

  private final BitSet active = new BitSet();
  private int firstCandidate;
  private int positions;

  /**
   * Creates an empty plan.
   *
   * @param settings how to generate, resolved
   * @param model what is special about the model
   * @param random the row's random numbers
   * @param progress the sequence
   * @param chooser finds the positions that a step may decode
   * @param candidates where it puts them
   */
  RegionPlan(
      GenerationSettings settings,
      ModelTraits model,
      RandomStream random,
      SequenceProgress progress,
      Chooser chooser,
      StepCandidates candidates) {
    this.settings = settings;
    this.model = model;
    this.random = random;
    this.progress = progress;
    this.chooser = chooser;
    this.candidates = candidates;
    policy = CachePolicy.of(settings.cache(), model.shiftedLogits());
    choice = TokenChoice.of(settings);
  }

  @Override
  public void addTo(StepBatch batch, int firstRow) {
    chooser.collect(progress);
    active.clear();
    policy.activePositions(progress, active);
    firstCandidate = batch.candidates();
    batch.beginSequence(firstRow, progress.length(), choice);
    int ahead = model.shiftedLogits() ? 1 : 0;
    int next = 0;
    for (int p = active.nextSetBit(0); p >= 0; p = active.nextSetBit(p + 1)) {
      batch.addActive(progress.token(p), p);
      if (next < candidates.count() && candidates.position(next) == p + ahead) {
        addCandidate(batch, candidates.position(next));
        next++;
      }
    }
    StepPlan.requireAll(next, candidates, settings);
    if (settings.branches() == 2) {
      addUnconditional(batch, firstRow + progress.length());
    }
    positions = settings.branches() * active.cardinality();
  }

  private void addCandidate(StepBatch batch, int position) {
    StepPlan.addCandidate(batch, position, progress, settings, random);
  }

  /** The same positions behind a prompt of masks. */
  private void addUnconditional(StepBatch batch, int firstRow) {
    batch.beginSequence(firstRow, progress.length(), choice);
    for (int p = active.nextSetBit(0); p >= 0; p = active.nextSetBit(p + 1)) {
      batch.addActive(p < progress.promptLength() ? model.mask() : progress.token(p), p);
    }
  }

  @Override
  public int firstCandidate() {
    return firstCandidate;
  }

  @Override
  public int positions() {
    return positions;
  }

  @Override
  public boolean isStep() {
    return true;
  }

  @Override
  public void advance() {
    // A policy looks at the sequence's progress alone.
  }
}
