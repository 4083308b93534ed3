package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.dlmspark.udf.service.ErrorCode;

/**
 * What a wave committed, counted by Spark while it was written.
 *
 * @param rows rows
 * @param errors those of them with an error, by code
 * @param errorExample one of the errors' messages; null if there are none
 * @param completionTokens tokens generated
 * @param positionsComputed positions computed
 * @param computeMs the decoders' busy time
 * @param time the time it took
 */
record WaveResult(
    long rows,
    Map<String, Long> errors,
    String errorExample,
    long completionTokens,
    long positionsComputed,
    double computeMs,
    Duration time) {

  private static final String OTHER = "OTHER";

  /** Nothing yet. */
  static WaveResult none() {
    return new WaveResult(0, Map.of(), null, 0, 0, 0, Duration.ZERO);
  }

  /** Lets Spark count rows on their way to the files. */
  static Dataset<Row> counted(Dataset<Row> rows, Observation observation) {
    List<Column> counts = new ArrayList<>();
    Column code = col("error.code");
    Column known = lit(false);
    for (ErrorCode each : ErrorCode.values()) {
      counts.add(count(when(code.equalTo(each.name()), lit(1))).as(each.name()));
      known = known.or(code.equalTo(each.name()));
    }
    counts.add(count(when(code.isNotNull().and(not(known)), lit(1))).as(OTHER));
    counts.add(max(col("error.message")).as("example"));
    counts.add(total("usage.completion_tokens").as("tokens"));
    counts.add(total("usage.positions_computed").as("positions"));
    counts.add(coalesce(sum(col("timing.compute_ms")), lit(0.0)).as("compute"));
    return rows.observe(observation, count(lit(1)).as("rows"), counts.toArray(Column[]::new));
  }

  private static Column total(String column) {
    return coalesce(sum(col(column)), lit(0L));
  }

  /** What Spark counted. */
  static WaveResult of(Observation observation, Duration time) {
    Map<String, ?> counts = counts(observation);
    Map<String, Long> errors = new TreeMap<>();
    for (ErrorCode each : ErrorCode.values()) {
      errors.put(each.name(), (Long) counts.get(each.name()));
    }
    errors.put(OTHER, (Long) counts.get(OTHER));
    errors.values().removeIf(n -> n == 0);
    return new WaveResult(
        (Long) counts.get("rows"),
        errors,
        (String) counts.get("example"),
        (Long) counts.get("tokens"),
        (Long) counts.get("positions"),
        (Double) counts.get("compute"),
        time);
  }

  /** They are there as soon as the files are. */
  private static Map<String, ?> counts(Observation observation) {
    try {
      return observation.getAsJava();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a wave was counted", e);
    }
  }

  /** This and another together. */
  WaveResult plus(WaveResult other) {
    Map<String, Long> all = new TreeMap<>(errors);
    other.errors.forEach((code, n) -> all.merge(code, n, Long::sum));
    return new WaveResult(
        rows + other.rows,
        all,
        errorExample == null ? other.errorExample : errorExample,
        completionTokens + other.completionTokens,
        positionsComputed + other.positionsComputed,
        computeMs + other.computeMs,
        time.plus(other.time));
  }

  /** Rows with an error, whatever its code. */
  long failed() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }
}
