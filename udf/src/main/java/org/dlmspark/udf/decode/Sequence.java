package org.dlmspark.udf.decode;

import java.util.Arrays;
import java.util.BitSet;

/**
 * One prompt and its completion on the way from masks to tokens, with its own settings, step count
 * and random stream. A {@link BatchScheduler} drives it: {@link #plan} before the forward pass,
 * {@link #advance} after it, until {@link #finished()}. Not thread-safe.
 */
public final class Sequence implements SequenceState {

  /** How a sequence ended. */
  public enum Outcome {
    /** An end token ended the completion. */
    STOP,
    /** All of {@code generation.gen-length} was used. */
    LENGTH,
    /** The model gave no usable numbers; see {@link Sequence#failure()}. */
    FAILED
  }

  private final GenerationSettings settings;
  private final SpecialTokens special;
  private final RandomStream random;
  private final CachePolicy policy;
  private final int promptLength;
  private final int[] tokens;

  private final BitSet masked = new BitSet();
  private final BitSet maskedBeforePreviousStep = new BitSet();
  private int blockStart;
  private int masksAtBlockStart;
  private int stepInBlock;
  private int step;

  /** Everything before this position is decoded and holds no end token. */
  private int scanned;

  /** The end token's position once everything before it is decoded; -1 until then. */
  private int end = -1;

  private Outcome outcome;
  private String failure;

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
   * @param settings how to generate
   * @param rowSeed the row's own seed, see {@link RandomStream#rowSeed}
   * @param special the model's mask and end tokens
   */
  public Sequence(
      int[] promptIds, GenerationSettings settings, long rowSeed, SpecialTokens special) {
    this.settings = settings;
    this.special = special;
    random = new RandomStream(rowSeed);
    policy = CachePolicy.of(settings.cache());
    promptLength = promptIds.length;
    tokens = Arrays.copyOf(promptIds, promptLength + settings.genLength());
    Arrays.fill(tokens, promptLength, tokens.length, special.mask());
    masked.set(promptLength, tokens.length);
    maskedBeforePreviousStep.or(masked);
    candidatePosition = new int[settings.blockLength()];
    confidence = new double[settings.blockLength()];
    picks = new int[settings.blockLength()];
    scanned = promptLength;
    beginBlock(promptLength);
  }

  private void beginBlock(int start) {
    blockStart = start;
    stepInBlock = 0;
    masksAtBlockStart = settings.blockLength();
  }

  private int blockEnd() {
    return blockStart + settings.blockLength();
  }

  /**
   * Adds the coming step's active tokens and candidates to a batch.
   *
   * @param batch receives them
   * @param firstRow the sequence's first row in the KV buffers
   * @return the number of active positions
   */
  int plan(StepBatch batch, int firstRow) {
    active.clear();
    policy.activePositions(this, active);
    int count = active.cardinality();
    collectCandidates();
    firstCandidate = batch.candidates();
    batch.beginSequence(firstRow, length());
    int next = 0;
    for (int p = active.nextSetBit(0); p >= 0; p = active.nextSetBit(p + 1)) {
      batch.addActive(tokens[p], p);
      if (next < candidateCount && candidatePosition[next] == p) {
        long key =
            settings.temperature() > 0
                ? random.bits(RandomStream.Purpose.TOKEN, step, p)
                : 0; // without noise nobody looks at it
        batch.addCandidate(key, settings.temperature());
        next++;
      }
    }
    if (next != candidateCount) {
      throw new IllegalStateException(
          "cache policy "
              + settings.cache().policy().settingName()
              + " left a position inactive that may be chosen at this step");
    }
    positionsComputed += count;
    forwardPasses++;
    return count;
  }

  /** The block's masked positions in ascending order, or those of them that are chosen already. */
  private void collectCandidates() {
    candidateCount = 0;
    int end = blockEnd();
    for (int p = masked.nextSetBit(blockStart); p >= 0 && p < end; p = masked.nextSetBit(p + 1)) {
      candidatePosition[candidateCount++] = p;
    }
    if (settings.remasking().chosenBeforeForward()) {
      for (int i = 0; i < candidateCount; i++) {
        confidence[i] = random.uniform(RandomStream.Purpose.REMASKING, step, candidatePosition[i]);
      }
      int picked = TokenChooser.mostConfident(confidence, candidateCount, quota(), picks);
      for (int i = 0; i < picked; i++) {
        picks[i] = candidatePosition[picks[i]];
      }
      System.arraycopy(picks, 0, candidatePosition, 0, picked);
      Arrays.sort(candidatePosition, 0, picked);
      candidateCount = picked;
    }
  }

  private int quota() {
    return UnmaskingSchedule.quota(masksAtBlockStart, settings.stepsPerBlock(), stepInBlock);
  }

  /**
   * Unmasks what the step chose and moves on to the next step, block or end.
   *
   * @param batch the batch with the model's results
   * @param nanos this sequence's share of the step's time
   */
  void advance(StepBatch batch, long nanos) {
    computeNanos += nanos;
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
    int quota = settings.remasking().chosenBeforeForward() ? candidateCount : quota();
    int picked = TokenChooser.mostConfident(confidence, candidateCount, quota, picks);
    for (int i = 0; i < picked; i++) {
      int position = candidatePosition[picks[i]];
      tokens[position] = batch.bestToken(firstCandidate + picks[i]);
      masked.clear(position);
    }
    step++;
    stepInBlock++;
    scanForEnd();
    if (masked.isEmpty() || (settings.stopAtEos() && end >= 0)) {
      outcome = end >= 0 ? Outcome.STOP : Outcome.LENGTH;
    } else if (masked.nextSetBit(blockStart) >= blockEnd()) {
      // With more steps than tokens a block is complete before its last step.
      beginBlock(blockEnd());
    }
  }

  private void scanForEnd() {
    while (end < 0 && scanned < tokens.length && !masked.get(scanned)) {
      if (special.ends().contains(tokens[scanned])) {
        end = scanned;
      } else {
        scanned++;
      }
    }
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
   * @return {@code generation.gen-length} ids, or those up to and with the first end token if the
   *     row ended while positions behind it were still masked
   */
  public int[] generatedIds() {
    int to = end >= 0 && !masked.isEmpty() ? end + 1 : tokens.length;
    return Arrays.copyOfRange(tokens, promptLength, to);
  }

  /**
   * The completion's length.
   *
   * @return generated tokens before the first end token; all of them if there is none
   */
  public int completionLength() {
    return (end >= 0 ? end : tokens.length) - promptLength;
  }

  /**
   * The prompt's length.
   *
   * @return tokens
   */
  public int promptLength() {
    return promptLength;
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
   * @return the sum of the active positions
   */
  public long positionsComputed() {
    return positionsComputed;
  }

  /**
   * Positions that the same passes would have computed without a cache.
   *
   * @return passes times length
   */
  public long positionsTotal() {
    return (long) forwardPasses * tokens.length;
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
  public int length() {
    return tokens.length;
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
}
