package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.input.CheckedInput;

/** The cells that rows fall into, as {@link WaveCutter} cuts them into waves. */
final class WaveCells {

  private final Column cell;
  private final boolean byName;

  WaveCells(CheckedInput input) {
    cell = pmod(xxhash64(input.place()), lit(WaveCutter.CELLS));
    byName = !input.prompt().dedupe();
  }

  /** The cell of a row of the input. */
  Column cell() {
    return cell;
  }

  /** True for the input's rows of a wave. */
  Column in(WaveCutter.Wave wave) {
    return cell.geq(wave.from()).and(cell.lt(wave.to()));
  }

  /**
   * True at least for those rows of the output that may be called as an input's row of a wave. Only
   * a place that is a name stays where it is when the row's prompt changes.
   */
  Column maybeIn(WaveCutter.Wave wave) {
    return byName ? in(wave) : lit(true);
  }

  /** How many rows are in each cell. */
  long[] counts(Dataset<Row> rows) {
    return of(rows.groupBy(cell).count().collectAsList(), "count");
  }

  /** The counts in such a column, of rows that have their cell, or null, in the first. */
  static long[] of(List<Row> counts, String column) {
    long[] cells = new long[WaveCutter.CELLS];
    for (Row each : counts) {
      if (!each.isNullAt(0)) {
        cells[(int) each.getLong(0)] = each.getAs(column);
      }
    }
    return cells;
  }
}
