package org.dlmspark.job.output;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.RelationalGroupedDataset;
import org.apache.spark.sql.Row;

/**
 * Sums over rows of an output.
 *
 * @param rows rows
 * @param failed those of them with an error
 * @param shared those that took the completion of an identical row, {@code input.dedupe}
 * @param promptTokens {@code usage.prompt_tokens} of rows without an error: a prompt that was
 *     refused for its length was not decoded
 * @param completionTokens {@code usage.completion_tokens}
 * @param steps {@code usage.steps}
 * @param positionsComputed {@code usage.positions_computed}
 * @param positionsTotal {@code usage.positions_total}: what it would be without a cache
 * @param computeMs {@code timing.compute_ms}: the decoders' busy time
 * @param decodeMs {@code timing.decode_ms}: the time that rows had a slot
 */
public record RowTotals(
    long rows,
    long failed,
    long shared,
    long promptTokens,
    long completionTokens,
    long steps,
    long positionsComputed,
    long positionsTotal,
    double computeMs,
    double decodeMs) {

  /** Of no rows. */
  public static final RowTotals NONE = new RowTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Sums over each group of rows.
   *
   * @param groups rows of an output, grouped
   * @param more other aggregates
   * @return a row for each group, which {@link #of} reads
   */
  public static Dataset<Row> over(RelationalGroupedDataset groups, Column... more) {
    Column fine = col("error").isNull();
    List<Column> columns = new ArrayList<>();
    Collections.addAll(
        columns,
        count(col("error")).as("failed"),
        count(when(fine.and(col("usage.forward_passes").equalTo(0)), lit(1))).as("shared"),
        total(when(fine, col("usage.prompt_tokens"))).as("prompt_tokens"),
        total(col("usage.completion_tokens")).as("completion_tokens"),
        total(col("usage.steps")).as("steps"),
        total(col("usage.positions_computed")).as("positions_computed"),
        total(col("usage.positions_total")).as("positions_total"),
        coalesce(sum(col("timing.compute_ms")), lit(0.0)).as("compute_ms"),
        coalesce(sum(col("timing.decode_ms")), lit(0.0)).as("decode_ms"));
    Collections.addAll(columns, more);
    return groups.agg(count(lit(1)).as("rows"), columns.toArray(Column[]::new));
  }

  private static Column total(Column column) {
    return coalesce(sum(column), lit(0L));
  }

  /** What Spark computed. */
  public static RowTotals of(Row group) {
    return new RowTotals(
        group.getAs("rows"),
        group.getAs("failed"),
        group.getAs("shared"),
        group.getAs("prompt_tokens"),
        group.getAs("completion_tokens"),
        group.getAs("steps"),
        group.getAs("positions_computed"),
        group.getAs("positions_total"),
        group.getAs("compute_ms"),
        group.getAs("decode_ms"));
  }

  /** These rows and others together. */
  public RowTotals plus(RowTotals other) {
    return new RowTotals(
        rows + other.rows,
        failed + other.failed,
        shared + other.shared,
        promptTokens + other.promptTokens,
        completionTokens + other.completionTokens,
        steps + other.steps,
        positionsComputed + other.positionsComputed,
        positionsTotal + other.positionsTotal,
        computeMs + other.computeMs,
        decodeMs + other.decodeMs);
  }

  /** Rows that were decoded to their end. */
  public long decoded() {
    return rows - failed - shared;
  }

  /** How many times fewer positions were computed than without a cache; 0 if none were. */
  public double positionsSaved() {
    return positionsComputed == 0 ? 0 : (double) positionsTotal / positionsComputed;
  }

  /**
   * How full the batches were.
   *
   * @param slots {@code batch.max-sequences}
   * @return the share of the slots that had a row while a decoder was busy; 0 if none was
   */
  public double slotsOccupied(int slots) {
    return computeMs > 0 ? Math.min(1, decodeMs / (slots * computeMs)) : 0;
  }
}
