package org.dlmspark.udf.decode;

import java.util.BitSet;

/** What a cache policy may know of a sequence. Sets are views that must not be changed. */
interface SequenceState {

  /**
   * The prompt's length.
   *
   * @return tokens, at least one
   */
  int promptLength();

  /**
   * The sequence's length.
   *
   * @return prompt and completion together, in tokens
   */
  int length();

  /**
   * The block that is being decoded.
   *
   * @return its first position
   */
  int blockStart();

  /**
   * The block that is being decoded.
   *
   * @return the position after its last
   */
  int blockEnd();

  /**
   * The step that is about to run.
   *
   * @return its number within the current block, from 0
   */
  int stepInBlock();

  /**
   * The masked positions.
   *
   * @return positions without a token yet
   */
  BitSet masked();

  /**
   * What was masked when the previous step began: the positions masked now and those that the
   * previous step decoded.
   *
   * @return positions; all of the completion's before the first step
   */
  BitSet maskedBeforePreviousStep();

  /**
   * What the step is about to decode, where that is known before it: with {@link
   * Remasking#chosenBeforeForward}.
   *
   * @return masked positions; empty if it is not known
   */
  BitSet targets();
}
