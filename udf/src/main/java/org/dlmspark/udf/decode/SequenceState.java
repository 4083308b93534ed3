package org.dlmspark.udf.decode;

import java.util.BitSet;

/** What a cache policy may know of a sequence. Sets are views that must not be changed. */
public interface SequenceState {

  /**
   * The sequence's length.
   *
   * @return prompt and completion together, in tokens
   */
  int length();

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
}
