package org.dlmspark.udf.service;

import java.time.Instant;

/**
 * What became of one row.
 *
 * @param text the completion up to its first end token, special tokens removed; null on error
 * @param tokenIds the generated region as decoded: {@code generation.gen-length} ids, or those up
 *     to and with the first end token if the row ended early; null on error
 * @param finishReason {@code stop}, {@code length} or {@code error}
 * @param error null when fine
 * @param usage counts
 * @param timing times
 * @param origin where the row was decoded
 */
@SuppressWarnings("ArrayRecordComponent") // completions are never compared, and a list would box
public record Completion(
    String text,
    int[] tokenIds,
    String finishReason,
    Failure error,
    Usage usage,
    Timing timing,
    Origin origin) {

  /** The {@code finish_reason} of a row whose completion an end token ended. */
  public static final String STOP = "stop";

  /** The {@code finish_reason} of a row that used all of {@code generation.gen-length}. */
  public static final String LENGTH = "length";

  /** The {@code finish_reason} of a row without a completion. */
  public static final String ERROR = "error";

  /** The same for an identical row, which was not decoded itself. */
  public Completion sharedWith(Timing ownTiming, Origin ownOrigin) {
    Usage ownUsage = new Usage(usage.promptTokens(), usage.completionTokens(), 0, 0, 0, 0);
    return new Completion(text, tokenIds, finishReason, error, ownUsage, ownTiming, ownOrigin);
  }

  /**
   * Why there is no completion.
   *
   * @param code the class of the failure
   * @param message what happened and what to do
   */
  public record Failure(ErrorCode code, String message) {}

  /**
   * Counts of one row: of the decoding that it came out of. What was begun before, and had to begin
   * again since memory did not suffice for the batch, is not counted, here nor in its times. A row
   * that shares the completion of an identical one has counts of tokens alone.
   *
   * @param promptTokens tokens of the prompt, template included
   * @param completionTokens generated tokens before the first end token
   * @param steps denoising steps
   * @param forwardPasses forward passes the row took part in
   * @param positionsComputed positions computed over all passes
   * @param positionsTotal positions that these passes would have computed without a cache
   */
  public record Usage(
      int promptTokens,
      int completionTokens,
      int steps,
      int forwardPasses,
      long positionsComputed,
      long positionsTotal) {
    /** Counts of a row that was never decoded. */
    public static Usage none(int promptTokens) {
      return new Usage(promptTokens, 0, 0, 0, 0, 0);
    }
  }

  /**
   * Times of one row, in milliseconds.
   *
   * @param startedAt when the task took the row up
   * @param queueMs waiting for a slot, after tokenising
   * @param tokenizeMs chat template and tokenizer
   * @param decodeMs from the first denoising step to the last, with the batch's other rows
   * @param detokenizeMs tokens to text
   * @param totalMs from {@code startedAt} until the output row was made
   * @param computeMs the row's share of its steps' time, by its active positions; over all rows it
   *     adds up to the decoder's busy time
   */
  public record Timing(
      Instant startedAt,
      double queueMs,
      double tokenizeMs,
      double decodeMs,
      double detokenizeMs,
      double totalMs,
      double computeMs) {}

  /**
   * Where a row was decoded.
   *
   * @param runId the run's name
   * @param wave the wave's number
   * @param executor Spark's name of the executor
   * @param device {@code cpu} or {@code gpu:N}
   * @param partition the task's partition
   * @param attempt the task's attempt, from 0
   * @param seed the row's own seed
   * @param promptHash tells whether the input still asks the same
   */
  public record Origin(
      String runId,
      int wave,
      String executor,
      String device,
      int partition,
      int attempt,
      long seed,
      String promptHash) {}
}
