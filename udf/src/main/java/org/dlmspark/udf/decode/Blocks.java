package org.dlmspark.udf.decode;

/**
 * Where a sequence's blocks are, and how far a position sees. A sequence is its prompt and what is
 * generated; where blocks are counted from its first token the last one is whole, and the sequence
 * ends where that does.
 *
 * @param blockLength tokens of a block
 * @param promptLength tokens of the prompt
 * @param genLength tokens to generate
 * @param fromPrompt whether blocks are counted from the prompt's end, forwards and backwards, so
 *     that the first and the last may be shorter; else from the first token
 * @param causal whether a position sees its own block and those before it; else all
 */
record Blocks(
    int blockLength, int promptLength, int genLength, boolean fromPrompt, boolean causal) {

  /** The position after the last that is generated for the row. */
  int generatedEnd() {
    return promptLength + genLength;
  }

  /** The position after the last. */
  int length() {
    return Math.toIntExact(tokens());
  }

  /** How many positions there are, even if that is more than any sequence has. */
  long tokens() {
    long generated = (long) promptLength + genLength;
    return fromPrompt ? generated : (generated + blockLength - 1) / blockLength * blockLength;
  }

  /** Where the first block begins that is not the prompt's alone. */
  int firstStart() {
    return fromPrompt ? promptLength : promptLength / blockLength * blockLength;
  }

  /** The position after the block of a position. */
  int end(int position) {
    int before = before();
    return Math.min(
        (position + before) / blockLength * blockLength + blockLength - before, length());
  }

  /** How many positions a position sees, from the first on. */
  int visible(int position) {
    return causal ? end(position) : length();
  }

  /** How many positions the first block lacks. */
  private int before() {
    return fromPrompt ? Math.floorMod(-promptLength, blockLength) : 0;
  }
}
