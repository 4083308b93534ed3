package org.dlmspark.udf.checkpoint;

/**
 * How far a position of a sequence sees.
 *
 * @param kind all positions, or blocks
 * @param blockLength tokens of a block as the model was trained, where there may be blocks
 * @param decoding how its authors decode a block
 */
public record Attention(Kind kind, int blockLength, Decoding decoding) {

  /** How a block is decoded. */
  public enum Decoding {
    /** In so many steps. */
    STEPS,
    /** In so many steps, which are never more than the tokens to generate, as in LLaDA2. */
    STEPS_WITHIN_LENGTH,
    /** In small blocks one after the other, as in Fast-dLLM v2. */
    SMALL_BLOCKS
  }

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
  public static final Attention FULL = new Attention(Kind.FULL, 0, Decoding.STEPS);

  /** Blocks counted from the first token. */
  static Attention fromStart(int blockLength, Decoding decoding) {
    return new Attention(Kind.BLOCKS_FROM_START, blockLength, decoding);
  }
}
