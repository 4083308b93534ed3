package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.input.CheckedInput;

/** The cells that rows fall into, as {@link WaveCutter} cuts them into waves. */
final class WaveCells {

  private final Column cell;

  WaveCells(CheckedInput input) {
    cell = pmod(xxhash64(input.place()), lit(WaveCutter.CELLS));
  }

  /** True for the rows of a wave, those of the input and of the output. */
  Column in(WaveCutter.Wave wave) {
    return cell.geq(wave.from()).and(cell.lt(wave.to()));
  }

  /** How many rows are in each cell. */
  long[] counts(Dataset<Row> rows) {
    long[] counts = new long[WaveCutter.CELLS];
    rows.groupBy(cell)
        .count()
        .collectAsList()
        .forEach(count -> counts[(int) count.getLong(0)] = count.getLong(1));
    return counts;
  }
}
