package org.dlmspark.udf.text;

/**
 * A folder's tokenizer or chat template cannot be used, or not for this text. The message names the
 * file, what is wrong with it, and what to do.
 */
public final class TextException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what is wrong with which file, and what to do
   */
  TextException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message what is wrong with which file, and what to do
   * @param cause what was thrown underneath
   */
  TextException(String message, Throwable cause) {
    super(message, cause);
  }
}
