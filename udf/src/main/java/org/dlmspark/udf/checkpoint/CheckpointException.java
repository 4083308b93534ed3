package org.dlmspark.udf.checkpoint;

/**
 * A model folder cannot be used. The message names the file, what is wrong with it, and what to do.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what is wrong with which file, and what to do
   */
  CheckpointException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message what is wrong with which file, and what to do
   * @param cause what was thrown while reading it
   */
  CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
