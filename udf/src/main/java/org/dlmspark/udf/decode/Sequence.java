package org.dlmspark.udf.decode;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntToDoubleFunction;

/**
 * One prompt and its completion on the way from masks to tokens, with its own settings, step count
 * and random stream. A {@link BatchScheduler} drives it: {@link #plan} before the forward pass,
 * {@link #advance} after it, until {@link #finished()}. Not thread-safe.
 */
public final class Sequence implements SequenceState {

  /** How a sequence ended. */
  public enum Outcome {
    /** An end token, or a stop text before the last block's end, ended the completion. */
    STOP,
    /** All of {@code generation.gen-length} was used. */
    LENGTH,
    /** The model gave no usable numbers; see {@link Sequence#failure()}. */
    FAILED
  }

  private final GenerationSettings settings;
  private final Unmasking unmasking;
  private final ModelTraits model;
  private final RandomStream random;
  private final IntToDoubleFunction priority;
  private final StopCheck stopCheck;
  private final CachePolicy policy;
  private final TokenChoice choice;
  private final int promptLength;
  private final int[] tokens;

  private final BitSet masked = new BitSet();
  private final BitSet maskedBeforePreviousStep = new BitSet();
  private final BitSet targets = new BitSet();
  private int blockStart;
  private int stepInBlock;
  private int step;

  /** Everything before this position is decoded and holds no end token. */
  private int scanned;

  /** The end token's position once everything before it is decoded; -1 until then. */
  private int end = -1;

  /** The position after the last generated token, once the sequence has ended. */
  private int generatedTo;

  private Outcome outcome;
  private String failure;

  /** Active positions of the step that {@link #plan} added to the batch. */
  private int planned;

  private int forwardPasses;
  private long positionsComputed;
  private long computeNanos;

  // One step's scratch, sized for a block.
  private final BitSet active = new BitSet();
  private final int[] candidatePosition;
  private final double[] confidence;
  private final int[] picks;
  private int candidateCount;
  private int firstCandidate;

  /**
   * Creates a sequence of a prompt and {@code settings.genLength()} masks.
   *
   * @param promptIds the prompt's tokens, at least one
   * @param settings how to generate; what they leave open is as the model has it
   * @param rowSeed the row's own seed, see {@link RandomStream#rowSeed}
   * @param model what is special about the model
   * @param stopCheck whether a text ends the completion; null for no such text
   * @throws IllegalArgumentException if the settings do not fit together
   */
  public Sequence(
      int[] promptIds,
      GenerationSettings settings,
      long rowSeed,
      ModelTraits model,
      StopCheck stopCheck) {
    this(
        promptIds,
        settings,
        new RandomStream(rowSeed),
        model,
        stopCheck,
        // One draw a position, not one a step: the order is known before the block begins.
        p -> new RandomStream(rowSeed).uniform(RandomStream.Purpose.REMASKING, 0, p));
  }

  /** As above, with a given order for random remasking: higher priority first in each block. */
  Sequence(
      int[] promptIds,
      GenerationSettings settings,
      RandomStream random,
      ModelTraits model,
      StopCheck stopCheck,
      IntToDoubleFunction priority) {
    this.settings = settings.resolve(model);
    this.model = model;
    this.random = random;
    this.stopCheck = stopCheck;
    this.priority = priority;
    unmasking = this.settings.unmasking();
    policy = CachePolicy.of(settings.cache(), model.shiftedLogits());
    choice = TokenChoice.of(this.settings);
    promptLength = promptIds.length;
    tokens = Arrays.copyOf(promptIds, promptLength + settings.genLength());
    Arrays.fill(tokens, promptLength, tokens.length, model.mask());
    masked.set(promptLength, tokens.length);
    maskedBeforePreviousStep.or(masked);
    int blockLength = this.settings.blockLength();
    candidatePosition = new int[blockLength];
    confidence = new double[blockLength];
    picks = new int[blockLength];
    scanned = promptLength;
    beginBlock(promptLength);
  }

  private void beginBlock(int start) {
    blockStart = start;
    stepInBlock = 0;
  }

  /**
   * The rows of the KV buffers that the sequence needs: with guidance, its unconditional branch has
   * rows of its own behind its own.
   *
   * @return rows
   */
  public int bufferRows() {
    return settings.branches() * tokens.length;
  }

  /**
   * Adds the coming step's active tokens and candidates to a batch. Until {@link #advance} this may
   * be said again, and says the same: a step that failed is planned anew.
   *
   * @param batch receives them
   * @param firstRow the sequence's first row in the KV buffers
   * @return the number of active positions, those of the unconditional branch included
   */
  int plan(StepBatch batch, int firstRow) {
    collectCandidates();
    active.clear();
    policy.activePositions(this, active);
    firstCandidate = batch.candidates();
    batch.beginSequence(firstRow, length(), choice);
    int ahead = model.shiftedLogits() ? 1 : 0;
    int next = 0;
    for (int p = active.nextSetBit(0); p >= 0; p = active.nextSetBit(p + 1)) {
      batch.addActive(tokens[p], p);
      if (next < candidateCount && candidatePosition[next] == p + ahead) {
        addCandidate(batch, candidatePosition[next]);
        next++;
      }
    }
    if (next != candidateCount) {
      throw new IllegalStateException(
          "cache policy "
              + settings.cache().policy().settingName()
              + " left a position inactive that may be chosen at this step");
    }
    if (settings.branches() == 2) {
      batch.beginSequence(firstRow + length(), length(), choice);
      for (int p = active.nextSetBit(0); p >= 0; p = active.nextSetBit(p + 1)) {
        batch.addActive(p < promptLength ? model.mask() : tokens[p], p);
      }
    }
    planned = settings.branches() * active.cardinality();
    return planned;
  }

  private void addCandidate(StepBatch batch, int position) {
    long key =
        settings.sampling().temperature() > 0
            ? random.bits(RandomStream.Purpose.TOKEN, step, position)
            : 0; // without noise nobody looks at it
    batch.addCandidate(key, position < promptLength + settings.minNewTokens());
  }

  /** The block's masked positions in ascending order, or those of them that are chosen already. */
  private void collectCandidates() {
    candidateCount = 0;
    targets.clear();
    int end = blockEnd();
    for (int p = masked.nextSetBit(blockStart); p >= 0 && p < end; p = masked.nextSetBit(p + 1)) {
      candidatePosition[candidateCount++] = p;
    }
    if (unmasking.remasking().chosenBeforeForward()) {
      for (int i = 0; i < candidateCount; i++) {
        confidence[i] = priority.applyAsDouble(candidatePosition[i]);
      }
      int picked = TokenChooser.mostConfident(confidence, candidateCount, quota(), picks);
      for (int i = 0; i < picked; i++) {
        targets.set(candidatePosition[picks[i]]);
      }
      candidateCount = 0;
      for (int p = targets.nextSetBit(0); p >= 0; p = targets.nextSetBit(p + 1)) {
        candidatePosition[candidateCount++] = p;
      }
    }
  }

  /** How many of the candidates the schedule, or their confidences, ask for. */
  private int quota() {
    if (unmasking.threshold() != null) {
      return TokenChooser.countAbove(confidence, candidateCount, unmasking.threshold());
    }
    if (unmasking.factor() != null) {
      return TokenChooser.countByFactor(confidence, candidateCount, unmasking.factor());
    }
    int steps = settings.stepsPerBlock();
    return switch (unmasking.schedule()) {
      case EVEN -> UnmaskingSchedule.evenQuota(settings.blockLength(), steps, stepInBlock);
      case TIMESTEP ->
          UnmaskingSchedule.timestepQuota(candidateCount, steps, stepInBlock, unmasking.eps());
    };
  }

  /**
   * Unmasks what the step chose and moves on to the next step, block or end.
   *
   * @param batch the batch with the model's results
   * @param nanos this sequence's share of the step's time
   */
  void advance(StepBatch batch, long nanos) {
    computeNanos += nanos;
    positionsComputed += planned;
    forwardPasses++;
    for (int i = 0; i < candidateCount; i++) {
      confidence[i] = batch.confidence(firstCandidate + i);
      if (Double.isNaN(confidence[i])) {
        fail(
            "the model's output at step "
                + step
                + " is not a number (NaN): the weights are damaged, or model.dtype is too narrow"
                + " for this model; try model.dtype = float32");
        return;
      }
    }
    maskedBeforePreviousStep.clear();
    maskedBeforePreviousStep.or(masked);
    int picked = choosePicks();
    for (int i = 0; i < picked; i++) {
      int position = candidatePosition[picks[i]];
      tokens[position] = batch.bestToken(firstCandidate + picks[i]);
      // Dream may choose the mask itself: the position is masked still.
      masked.set(position, tokens[position] == model.mask());
    }
    step++;
    stepInBlock++;
    moveOn();
  }

  private int choosePicks() {
    if (unmasking.remasking().chosenBeforeForward()) {
      return TokenChooser.mostConfident(confidence, candidateCount, candidateCount, picks);
    }
    int quota = candidateCount == 0 ? 0 : quota();
    if (unmasking.algTemp() > 0) {
      for (int i = 0; i < candidateCount; i++) {
        // The order of confidence / algTemp + noise, and no division by next to nothing.
        confidence[i] +=
            unmasking.algTemp()
                * random.gumbel(RandomStream.Purpose.POSITION, step, candidatePosition[i]);
      }
    }
    return TokenChooser.mostConfident(confidence, candidateCount, quota, picks);
  }

  private void moveOn() {
    int firstMask = masked.nextSetBit(blockStart);
    boolean lastStep =
        unmasking.schedule() == Schedule.TIMESTEP
            && !unmasking.isParallel()
            && stepInBlock == settings.stepsPerBlock();
    // With more steps than tokens a block is complete before its last step.
    boolean blockDone = firstMask < 0 || firstMask >= blockEnd() || lastStep;
    if (blockDone) {
      // What chose the mask at the last step keeps it.
      masked.clear(blockStart, blockEnd());
    }
    scanForEnd();
    if (masked.isEmpty()) {
      finish(end >= 0 ? Outcome.STOP : Outcome.LENGTH, tokens.length);
    } else if (settings.stopAtEos() && end >= 0) {
      finish(Outcome.STOP, end + 1);
    } else if (blockDone
        && stopCheck != null
        && stopCheck.stopsWithin(tokens, promptLength, end >= 0 ? end : blockEnd())) {
      finish(Outcome.STOP, blockEnd());
    } else if (blockDone) {
      beginBlock(blockEnd());
    }
  }

  private void scanForEnd() {
    while (end < 0 && scanned < tokens.length && !masked.get(scanned)) {
      if (model.ends().contains(tokens[scanned])) {
        end = scanned;
      } else {
        scanned++;
      }
    }
  }

  private void finish(Outcome how, int to) {
    outcome = how;
    generatedTo = to;
  }

  private void fail(String message) {
    outcome = Outcome.FAILED;
    failure = message;
  }

  /**
   * Whether nothing is left to decode.
   *
   * @return true once {@link #outcome()} is known
   */
  public boolean finished() {
    return outcome != null;
  }

  /**
   * How the sequence ended.
   *
   * @return null until it has
   */
  public Outcome outcome() {
    return outcome;
  }

  /**
   * What went wrong.
   *
   * @return a message when the outcome is {@link Outcome#FAILED}, else null
   */
  public String failure() {
    return failure;
  }

  /**
   * The generated region.
   *
   * @return {@code generation.gen-length} ids; those up to and with the first end token if the row
   *     ended while positions behind it were still masked; those up to the end of the block that
   *     holds a stop text
   */
  public int[] generatedIds() {
    return Arrays.copyOfRange(tokens, promptLength, generatedTo);
  }

  /**
   * The completion's length.
   *
   * @return generated tokens before the first end token; all of them if there is none
   */
  public int completionLength() {
    return (end >= 0 ? end : generatedTo) - promptLength;
  }

  /**
   * Denoising steps taken so far.
   *
   * @return steps
   */
  public int steps() {
    return step;
  }

  /**
   * Forward passes this sequence took part in.
   *
   * @return passes
   */
  public int forwardPasses() {
    return forwardPasses;
  }

  /**
   * Positions computed over all passes.
   *
   * @return the sum of the active positions, those of the unconditional branch included
   */
  public long positionsComputed() {
    return positionsComputed;
  }

  /**
   * Positions that the same passes would have computed without a cache.
   *
   * @return passes times length, twice that with guidance
   */
  public long positionsTotal() {
    return (long) forwardPasses * settings.branches() * tokens.length;
  }

  /**
   * This sequence's share of the decoder's time: each step's time in proportion to active
   * positions.
   *
   * @return nanoseconds
   */
  public long computeNanos() {
    return computeNanos;
  }

  @Override
  public int promptLength() {
    return promptLength;
  }

  @Override
  public int length() {
    return tokens.length;
  }

  @Override
  public int blockStart() {
    return blockStart;
  }

  @Override
  public int blockEnd() {
    return blockStart + settings.blockLength();
  }

  @Override
  public int stepInBlock() {
    return stepInBlock;
  }

  @Override
  public BitSet masked() {
    return masked;
  }

  @Override
  public BitSet maskedBeforePreviousStep() {
    return maskedBeforePreviousStep;
  }

  @Override
  public BitSet targets() {
    return targets;
  }
}
