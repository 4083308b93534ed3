package org.dlmspark.job.output;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * A row that took long.
 *
 * @param id its name
 * @param decodeMs {@code timing.decode_ms}
 * @param queueMs {@code timing.queue_ms}
 * @param promptTokens {@code usage.prompt_tokens}
 * @param tokens {@code usage.completion_tokens}
 * @param steps {@code usage.steps}
 * @param executor {@code origin.executor}
 */
public record SlowRow(
    String id,
    double decodeMs,
    double queueMs,
    int promptTokens,
    int tokens,
    int steps,
    String executor) {

  /**
   * Finds the rows that took longest.
   *
   * @param output rows of an output
   * @param name what names a row
   * @param most how many to find
   * @return the rows, the slowest first
   */
  public static List<SlowRow> read(Dataset<Row> output, Column name, int most) {
    return output
        .filter(col("timing.decode_ms").isNotNull().and(col("usage.completion_tokens").isNotNull()))
        .orderBy(col("timing.decode_ms").desc())
        .limit(most)
        .select(
            name.cast(DataTypes.StringType),
            col("timing.decode_ms"),
            col("timing.queue_ms"),
            col("usage.prompt_tokens"),
            col("usage.completion_tokens"),
            col("usage.steps"),
            col("origin.executor"))
        .collectAsList()
        .stream()
        .map(
            row ->
                new SlowRow(
                    row.getString(0),
                    row.getDouble(1),
                    row.getDouble(2),
                    row.getInt(3),
                    row.getInt(4),
                    row.getInt(5),
                    row.getString(6)))
        .toList();
  }
}
