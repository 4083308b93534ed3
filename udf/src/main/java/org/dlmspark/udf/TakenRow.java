package org.dlmspark.udf;

import java.time.Instant;
import org.apache.spark.sql.Row;

/**
 * A row that its task has taken up.
 *
 * @param row the input row
 * @param alone whether no other sequence may be decoded beside it
 * @param startedAt when it was taken up
 * @param beginNanos the same by {@link System#nanoTime()}
 */
record TakenRow(Row row, boolean alone, Instant startedAt, long beginNanos) {

  /** A row that is taken up now. */
  TakenRow(Row row, boolean alone) {
    this(row, alone, Instant.now(), System.nanoTime());
  }
}
