package org.dlmspark.udf.decode;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * One prompt and its completion on the way from masks to tokens, with its own settings, step count
 * and random stream. A {@link BatchScheduler} drives it: {@link #plan} before the forward pass,
 * {@link #advance} after it, until {@link #finished()}. Not thread-safe.
 */
public final class Sequence {

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
  private final StopCheck stopCheck;
  private final SequenceProgress progress;
  private final StepCandidates candidates;
  private final Chooser chooser;
  private final ModelTraits model;
  private final Blocks blocks;
  private final StepPlan plan;

  /** The position after the last generated token, once the sequence has ended. */
  private int generatedTo;

  private Outcome outcome;
  private String failure;

  private int forwardPasses;
  private long positionsComputed;
  private long positionsTotal;
  private long computeNanos;

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
    this.stopCheck = stopCheck;
    blocks = blocks(promptIds.length, this.settings, model);
    progress = new SequenceProgress(promptIds, blocks, model);
    candidates = new StepCandidates(this.settings.blockLength());
    chooser = Chooser.of(this.settings, model, random, priority, candidates);
    plan =
        blocks.causal()
            ? new BlockPlan(this.settings, model, random, progress, blocks, chooser, candidates)
            : new RegionPlan(this.settings, model, random, progress, chooser, candidates);
  }

  /** Where the blocks are: of a model whose positions all see each other behind the prompt. */
  private static Blocks blocks(int promptLength, GenerationSettings resolved, ModelTraits model) {
    return new Blocks(
        resolved.blockLength(),
        promptLength,
        resolved.genLength(),
        model.blocks() == null || model.blocks().fromPrompt(),
        model.blocks() != null);
  }

  /**
   * The tokens that a row takes, prompt, completion and what its last block has besides.
   *
   * @param promptLength the prompt's tokens
   * @param settings how to generate
   * @param model what is special about the model
   * @return the sequence's length
   * @throws IllegalArgumentException if the settings do not fit together, or not to the model
   */
  public static long length(int promptLength, GenerationSettings settings, ModelTraits model) {
    return blocks(promptLength, settings.resolve(model), model).tokens();
  }

  /**
   * The most tokens that a prompt may have.
   *
   * @param tokens what the whole sequence may have
   * @param settings how to generate
   * @param model what is special about the model
   * @return tokens, less than one if there is no room for a prompt
   */
  public static long room(int tokens, GenerationSettings settings, ModelTraits model) {
    GenerationSettings resolved = settings.resolve(model);
    boolean wholeBlocks = model.blocks() != null && !model.blocks().fromPrompt();
    long usable = wholeBlocks ? tokens / resolved.blockLength() * resolved.blockLength() : tokens;
    return usable - resolved.genLength();
  }

  /**
   * The rows of the KV buffers that the sequence needs: with guidance, its unconditional branch has
   * rows of its own behind its own.
   *
   * @return rows
   */
  public int bufferRows() {
    return settings.branches() * length();
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
    plan.addTo(batch, firstRow);
    return plan.positions();
  }

  /**
   * Unmasks what the step chose and moves on to the next step, block or end.
   *
   * @param batch the batch with the model's results
   * @param nanos this sequence's share of the step's time
   */
  void advance(StepBatch batch, long nanos) {
    computeNanos += nanos;
    positionsComputed += plan.positions();
    if (plan.isStep()) {
      positionsTotal += (long) settings.branches() * blocks.visible(progress.blockStart());
    } else if (plan.choosesFirstToken()) {
      positionsTotal += progress.blockStart();
    }
    forwardPasses++;
    plan.advance();
    if (!plan.isStep()) {
      settle(batch);
      return;
    }
    if (!candidates.readConfidences(batch, plan.firstCandidate())) {
      failNotANumber();
      return;
    }
    progress.beginUnmasking();
    chooser.choose(progress, batch, plan.firstCandidate());
    progress.endStep();
    boolean blockDone = chooser.isBlockDone(progress);
    if (blockDone && chooser.leftAsItWas()) {
      plan.settleBlock();
    }
    moveOn(blockDone);
  }

  /** Takes what a pass that is no step may have chosen. */
  private void settle(StepBatch batch) {
    if (!plan.choosesFirstToken()) {
      return;
    }
    int candidate = plan.firstCandidate();
    if (Double.isNaN(batch.confidence(candidate))) {
      failNotANumber();
      return;
    }
    progress.unmask(progress.blockStart(), batch.bestToken(candidate));
    moveOn(progress.isBlockDecoded());
  }

  private void failNotANumber() {
    fail(
        "the model's output at step "
            + steps()
            + " is not a number (NaN): the weights are damaged, or model.dtype is too narrow"
            + " for this model; try model.dtype = float32");
  }

  private void moveOn(boolean blockDone) {
    if (!blockDone && chooser.tokensMayChange()) {
      return; // an end token may go again
    }
    if (blockDone) {
      progress.closeBlock();
    }
    progress.scanForEnd();
    int end = progress.end();
    int blockEnd = Math.min(progress.blockEnd(), blocks.generatedEnd());
    boolean stops = settings.stopAtEos() && end >= 0;
    if (blockDone && progress.isInLastBlock()) {
      finish(
          end >= 0 ? Outcome.STOP : Outcome.LENGTH,
          stops && blocks.causal() ? end + 1 : blocks.generatedEnd());
    } else if (stops && (blockDone || !model.decodesSmallBlocks())) {
      finish(Outcome.STOP, end + 1);
    } else if (blockDone
        && stopCheck != null
        && stopCheck.stopsWithin(progress.tokens(), promptLength(), end >= 0 ? end : blockEnd)) {
      finish(Outcome.STOP, blockEnd);
    } else if (blockDone) {
      progress.beginNextBlock();
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
  boolean finished() {
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
    return Arrays.copyOfRange(progress.tokens(), promptLength(), generatedTo);
  }

  /**
   * The completion's length.
   *
   * @return generated tokens before the first end token; all of them if there is none
   */
  public int completionLength() {
    int end = progress.end();
    return (end >= 0 ? end : generatedTo) - promptLength();
  }

  /**
   * Denoising steps taken so far.
   *
   * @return steps
   */
  public int steps() {
    return progress.step();
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
   * @return for each step all that its block sees, twice that with guidance; for a pass that gives
   *     a block's first token, all before it
   */
  public long positionsTotal() {
    return positionsTotal;
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

  /**
   * The prompt's length.
   *
   * @return tokens, at least one
   */
  public int promptLength() {
    return progress.promptLength();
  }

  /**
   * What is to be generated.
   *
   * @return {@code generation.gen-length}
   */
  public int genLength() {
    return settings.genLength();
  }

  /**
   * The sequence's length.
   *
   * @return prompt, completion and the rest of the last block together, in tokens
   */
  public int length() {
    return progress.length();
  }

  /** How far it is. */
  SequenceState state() {
    return progress;
  }
}
