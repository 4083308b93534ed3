package org.dlmspark.job;

/**
 * The run is refused before anything is decoded: a setting, the model, the input or the output is
 * not fit. The message names it with its value and says what to do; it is all the user gets to see.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what is wrong and what to do
   */
  public RefusedException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message what is wrong and what to do
   * @param cause what was thrown
   */
  public RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
