package org.dlmspark.udf.service;

/** Why a row has no completion: the {@code error.code} of its output row. */
public enum ErrorCode {
  /** The prompt, or a field of its template, is null; or the prompt is blank or has no token. */
  PROMPT_EMPTY,
  /** Prompt and completion together exceed the model's context or {@code batch.max-tokens}. */
  PROMPT_TOO_LONG,
  /**
   * The prompt cannot be put through the chat template or the tokenizer, or a message of it lacks
   * its role or content.
   */
  PROMPT_INVALID,
  /** A column gives this row a setting that cannot be. */
  SETTING_INVALID,
  /** The model failed on the batch that this row was in, or gave no usable numbers for it. */
  DECODE_FAILED,
  /** The device has not the memory for this row even when no other one runs beside it. */
  OUT_OF_MEMORY,
  /** The executor's process ended twice in this row's decoding, the second time of it alone. */
  PROCESS_KILLED
}
