package org.dlmspark.udf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Predicate;
import org.apache.spark.sql.Row;

/** A task's input rows as their turns come: last those that have to run alone, one by one. */
final class InputRows {
  private final Iterator<Row> input;

  /** Rows that have to run alone: their turn comes when all others of the task are done. */
  private final Deque<Row> putAside = new ArrayDeque<>();

  /**
   * Creates the rows of a task.
   *
   * @param input the rows as they come in
   */
  InputRows(Iterator<Row> input) {
    this.input = input;
  }

  /** Whether there are rows whose turn has not come. */
  boolean hasNext() {
    return input.hasNext() || !putAside.isEmpty();
  }

  /**
   * Takes up the next row.
   *
   * @param runsAlone whether a row has to run alone
   * @param idle whether no row of the task is with the decoder
   * @return the row, or null if there is none now
   */
  TakenRow take(Predicate<Row> runsAlone, boolean idle) {
    while (input.hasNext()) {
      Row row = input.next();
      if (!runsAlone.test(row)) {
        return new TakenRow(row, false);
      }
      putAside.add(row);
    }
    // One after the other, so that rows of other tasks get their turn between them.
    return putAside.isEmpty() || !idle ? null : new TakenRow(putAside.poll(), true);
  }
}
