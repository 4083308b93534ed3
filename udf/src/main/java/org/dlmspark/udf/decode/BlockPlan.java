package org.dlmspark.udf.decode;

import java.util.BitSet;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;

/**
 * The plan of a sequence that is decoded block after block. Keys and values of a finished block
 * must come from its final tokens: they are computed once, in the pass of the next block's first
 * step, or before it where they are many. Then they never change, since no position sees what is
 * behind its block.
 *
 * <p>Each block is a sequence of its own to the batch, over the same rows, and as long as what it
 * sees. All keys and values of a layer are written before any position looks at them.
 */
final class BlockPlan implements StepPlan {

  /** So many positions of a prompt are computed in one pass: others wait for it. */
  private static final int MOST_AT_ONCE = 512;

  private final GenerationSettings settings;
  private final ModelTraits model;
  private final RandomStream random;
  private final SequenceProgress progress;
  private final Blocks blocks;
  private final Chooser chooser;
  private final StepCandidates candidates;
  private final CachePolicyName policy;
  private final TokenChoice choice;

  private final BitSet active = new BitSet();
  private int firstCandidate;
  private int positions;
  private boolean step;

  /** Keys and values of everything before are those of its final tokens. */
  private int settled;

  /** What {@link #settled} is after the planned pass. */
  private int settledAfter;

  /** The block's first token is the pass's only candidate. */
  private boolean firstToken;

  /** The small block of the last step; -1 before a block's first. */
  private int lastSmallBlock = -1;

  /** As {@link #lastSmallBlock}, of the planned pass. */
  private int smallBlock = -1;

  BlockPlan(
      GenerationSettings settings,
      ModelTraits model,
      RandomStream random,
      SequenceProgress progress,
      Blocks blocks,
      Chooser chooser,
      StepCandidates candidates) {
    this.settings = settings;
    this.model = model;
    this.random = random;
    this.progress = progress;
    this.blocks = blocks;
    this.chooser = chooser;
    this.candidates = candidates;
    policy = settings.cache().policy();
    choice = TokenChoice.of(settings);
  }

  @Override
  public void addTo(StepBatch batch, int firstRow) {
    int blockStart = progress.blockStart();
    int begin = policy == CachePolicyName.NONE ? 0 : settled;
    active.clear();
    firstToken =
        model.decodesSmallBlocks() && settled < blockStart && blockStart >= progress.promptLength();
    settledAfter = policy == CachePolicyName.NONE ? blockStart : pieceEnd(blockStart);
    active.set(begin, settledAfter);
    // The pass that gives a block's first token comes before its steps.
    boolean settles = settled < blockStart && (firstToken || policy != CachePolicyName.NONE);
    step = settledAfter == blockStart && !(model.decodesSmallBlocks() && settles);
    smallBlock = -1;
    if (step) {
      chooser.collect(progress);
      activate(blockStart);
    }
    firstCandidate = batch.candidates();
    addActive(batch, firstRow);
    positions = active.cardinality();
  }

  /** Up to where the coming pass settles: whole blocks, and at least one if any is left. */
  private int pieceEnd(int blockStart) {
    int end = settled;
    while (end < blockStart && (end == settled || blocks.end(end) - settled <= MOST_AT_ONCE)) {
      end = Math.min(blocks.end(end), blockStart);
    }
    return end;
  }

  /** Activates what a step of the running block computes. */
  private void activate(int blockStart) {
    int blockEnd = progress.blockEnd();
    if (model.decodesSmallBlocks()) {
      int small = settings.blocks().smallBlockLength();
      smallBlock = progress.smallBlockStart(small);
      boolean alone =
          settings.cache().smallBlock()
              && smallBlock == lastSmallBlock
              && !progress.masked().get(smallBlock);
      active.set(alone ? smallBlock : blockStart, alone ? progress.smallBlockEnd(small) : blockEnd);
    } else if (policy == CachePolicyName.DECODE
        && progress.stepInBlock() > 1
        && progress.stepInBlock() % settings.cache().refreshInterval() != 0) {
      BitSet open = progress.maskedBeforePreviousStep();
      for (int p = open.nextSetBit(blockStart);
          p >= 0 && p < blockEnd;
          p = open.nextSetBit(p + 1)) {
        active.set(p);
      }
    } else {
      active.set(blockStart, blockEnd);
    }
  }

  private void addActive(StepBatch batch, int firstRow) {
    int ahead = model.shiftedLogits() ? 1 : 0;
    int next = 0;
    int blockEnd = 0;
    for (int p = active.nextSetBit(0); p >= 0; p = active.nextSetBit(p + 1)) {
      if (p >= blockEnd) {
        blockEnd = blocks.visible(p);
        batch.beginSequence(firstRow, blockEnd, choice);
      }
      batch.addActive(progress.token(p), p);
      if (step && next < candidates.count() && candidates.position(next) == p + ahead) {
        StepPlan.addCandidate(batch, p + ahead, progress, settings, random);
        next++;
      } else if (!step && firstToken && p + 1 == progress.blockStart()) {
        StepPlan.addCandidate(batch, p + 1, progress, settings, random);
      }
    }
    if (step) {
      StepPlan.requireAll(next, candidates, settings);
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
    return step;
  }

  @Override
  public boolean choosesFirstToken() {
    return !step && firstToken && settledAfter == progress.blockStart();
  }

  @Override
  public void advance() {
    settled = settledAfter;
    lastSmallBlock = smallBlock;
  }

  @Override
  public void settleBlock() {
    settled = progress.blockEnd();
  }
}
