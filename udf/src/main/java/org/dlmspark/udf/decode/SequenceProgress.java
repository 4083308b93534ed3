package org.dlmspark.udf.decode;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;

/**
 * How far a sequence is: its tokens, which of them are masks still, the block and step that are
 * due, and where its first end token stands. Not thread-safe.
 */
final class SequenceProgress implements SequenceState {
  private final Set<Integer> ends;
  private final int mask;
  private final Blocks blocks;
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

  /**
   * Begins with a prompt and masks behind it, at the first step of the first block.
   *
   * @param promptIds the prompt's tokens, at least one
   * @param blocks where the sequence's blocks are
   * @param model what is special about the model
   */
  SequenceProgress(int[] promptIds, Blocks blocks, ModelTraits model) {
    this.blocks = blocks;
    ends = model.ends();
    mask = model.mask();
    tokens = Arrays.copyOf(promptIds, blocks.length());
    Arrays.fill(tokens, blocks.promptLength(), tokens.length, mask);
    masked.set(blocks.promptLength(), tokens.length);
    maskedBeforePreviousStep.or(masked);
    scanned = blocks.promptLength();
    blockStart = blocks.firstStart();
  }

  /** The token at a position; the mask where there is none yet. */
  int token(int position) {
    return tokens[position];
  }

  /** All tokens; must not be changed. */
  int[] tokens() {
    return tokens;
  }

  /** Steps taken so far, in all blocks. */
  int step() {
    return step;
  }

  /** The first end token's position; -1 until everything before it is decoded, or without one. */
  int end() {
    return end;
  }

  /** Whether no block comes after this one. */
  boolean isInLastBlock() {
    return blockEnd() >= length();
  }

  /** Whether no position of the block is masked. */
  boolean isBlockDecoded() {
    int firstMask = masked.nextSetBit(blockStart);
    return firstMask < 0 || firstMask >= blockEnd();
  }

  /**
   * Where the small block begins that has the block's first mask.
   *
   * @param small tokens of a small block
   */
  int smallBlockStart(int small) {
    int first = masked.nextSetBit(blockStart);
    int within = first < 0 ? 0 : first - blockStart;
    return blockStart + within / small * small;
  }

  /** The position after the last of that small block. */
  int smallBlockEnd(int small) {
    return smallBlockStart(small) + small;
  }

  /** Notes what is masked as a step begins to unmask. */
  void beginUnmasking() {
    maskedBeforePreviousStep.clear();
    maskedBeforePreviousStep.or(masked);
  }

  /**
   * Gives a position its token.
   *
   * @param position a masked position
   * @param token its token
   */
  void unmask(int position, int token) {
    tokens[position] = token;
    // Dream may choose the mask itself: the position is masked still.
    masked.set(position, token == mask);
  }

  /**
   * Gives a decoded position another token.
   *
   * @param position a position that is not masked
   * @param token its token
   */
  void replace(int position, int token) {
    tokens[position] = token;
  }

  /** Makes a position a mask, whatever it was. */
  void mask(int position) {
    tokens[position] = mask;
    masked.set(position);
  }

  /** Counts a step. */
  void endStep() {
    step++;
    stepInBlock++;
  }

  /** Makes what chose the mask at the block's last step keep it. */
  void closeBlock() {
    masked.clear(blockStart, blockEnd());
  }

  /** Goes on to the next block. */
  void beginNextBlock() {
    blockStart = blockEnd();
    stepInBlock = 0;
  }

  /** Looks for an end token up to the first mask, from where it looked last. */
  void scanForEnd() {
    while (end < 0 && scanned < blocks.generatedEnd() && !masked.get(scanned)) {
      if (ends.contains(tokens[scanned])) {
        end = scanned;
      } else {
        scanned++;
      }
    }
  }

  @Override
  public int promptLength() {
    return blocks.promptLength();
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
    return blocks.end(blockStart);
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
