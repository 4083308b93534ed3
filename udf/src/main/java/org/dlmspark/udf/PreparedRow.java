package org.dlmspark.udf;

import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.prompt.IdenticalRows;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.ErrorCode;

/**
 * A row as it goes to the decoder, or the reason why it does not.
 *
 * @param taken the row
 * @param seed its own seed
 * @param generation its settings, nothing left open; null if it was refused before its tokens
 * @param promptIds its prompt's tokens; none if it was refused before
 * @param tokenizedNanos when they were there, or it was refused before; by {@link
 *     System#nanoTime()}
 * @param refusal why it cannot be decoded; null if it can
 * @param key what makes other rows identical to it; null if it is decoded whatever others are
 */
@SuppressWarnings("ArrayRecordComponent") // rows are never compared
record PreparedRow(
    TakenRow taken,
    long seed,
    GenerationSettings generation,
    int[] promptIds,
    long tokenizedNanos,
    Completion.Failure refusal,
    IdenticalRows.Key key) {

  /** A row that is refused now, before its prompt has been made tokens. */
  static PreparedRow refused(TakenRow taken, long seed, ErrorCode code, String message) {
    return new PreparedRow(
        taken,
        seed,
        null,
        new int[0],
        System.nanoTime(),
        new Completion.Failure(code, message),
        null);
  }
}
