package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.RelationalGroupedDataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.report.ReportData.Period;

/** When rows had a slot of a decoder, in seconds since 1970. */
final class SlotTime {

  private SlotTime() {}

  /** Whether a row had a slot. */
  static Column had() {
    return col("timing.decode_ms").gt(0);
  }

  /** When a row got its slot. */
  static Column from() {
    return unix_micros(col("timing.started_at"))
        .divide(1e6)
        .plus(col("timing.tokenize_ms").plus(col("timing.queue_ms")).divide(1e3));
  }

  static Column to() {
    return from().plus(col("timing.decode_ms").divide(1e3));
  }

  /**
   * Sums over each group of rows, as {@link RowTotals#over}, with what {@link #period} reads.
   *
   * @param groups rows of an output, grouped
   * @param more other aggregates
   */
  static Dataset<Row> over(RelationalGroupedDataset groups, Column... more) {
    List<Column> columns = new ArrayList<>(List.of(more));
    columns.add(min(when(had(), from())).as("decoded_from"));
    columns.add(max(when(had(), to())).as("decoded_to"));
    return RowTotals.over(groups, columns.toArray(Column[]::new));
  }

  /** When the rows of a group had a slot. */
  static Period period(Row group) {
    Double from = group.getAs("decoded_from");
    Double to = group.getAs("decoded_to");
    return from == null ? Period.NONE : new Period(from, to);
  }
}
