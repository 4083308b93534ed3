package org.dlmspark.udf.checkpoint;

/**
 * How far a position of a sequence sees.
 *
 * @param kind all positions, or blocks
 * @param blockLength tokens of a block as the model was trained, where there may be blocks
 * @param stepsWithinLength whether a block's steps are never more than the tokens to generate
 */
public record Attention(Kind kind, int blockLength, boolean stepsWithinLength) {

  /** What a position sees. */
  public enum Kind {
    /** Every position of the sequence. */
    FULL,
    /** Its own block and all before it; blocks are counted from the first token. */
    BLOCKS_FROM_START,
    /** Its own block and all before it; blocks are counted from the prompt's end. */
    BLOCKS_FROM_PROMPT,
    /** One of {@link #FULL} and {@link #BLOCKS_FROM_PROMPT}: the folder does not say which. */
    UNSAID
  }

  /** Every position sees every other. */
  public static final Attention FULL = new Attention(Kind.FULL, 0, false);

  /** Blocks counted from the first token. */
  static Attention fromStart(int blockLength) {
    return new Attention(Kind.BLOCKS_FROM_START, blockLength, false);
  }
}
