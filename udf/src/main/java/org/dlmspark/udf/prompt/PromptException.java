package org.dlmspark.udf.prompt;

import org.dlmspark.udf.service.ErrorCode;

/** A row gives no prompt. The message names the column and says what is wrong with it. */
public final class PromptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  PromptException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * A row whose prompt is empty.
   *
   * @param what what is null or empty
   * @param remedy what would do, other than to leave the row out
   */
  static PromptException empty(String what, String remedy) {
    return new PromptException(
        ErrorCode.PROMPT_EMPTY, what + " in this row: " + remedy + ", or leave the row out");
  }

  /**
   * What the row's {@code error.code} will be.
   *
   * @return the code
   */
  public ErrorCode code() {
    return code;
  }
}
