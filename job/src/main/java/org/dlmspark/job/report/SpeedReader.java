package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.sum;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.report.ReportData.RunRows;
import org.dlmspark.job.report.ReportData.Speed;

/** Reads how fast runs were, over time. */
final class SpeedReader {

  private static final int MOST_RUNS = 4;
  private static final int MOST_BUCKETS = 60;

  private SpeedReader() {}

  /**
   * The speed of the last runs in which tokens were generated.
   *
   * @param rows the rows of all runs
   * @param runs all runs
   * @return the earliest run first
   */
  static List<Speed> read(Dataset<Row> rows, Collection<RunRows> runs) {
    List<RunRows> plotted =
        runs.stream()
            .filter(run -> run.totals().completionTokens() > 0 && run.decoded().seconds() > 0)
            .sorted(Comparator.comparing(RunRows::id))
            .toList();
    return plotted.stream()
        .skip(Math.max(0, plotted.size() - MOST_RUNS))
        .map(run -> speed(rows, run))
        .toList();
  }

  /** A row's tokens are spread over the time in which it had its slot, since rows end together. */
  private static Speed speed(Dataset<Row> rows, RunRows run) {
    double seconds = run.decoded().seconds();
    int count = Math.max(1, Math.min(MOST_BUCKETS, (int) seconds));
    Buckets buckets = Buckets.between(0, seconds, count);
    Column from = SlotTime.from().minus(run.decoded().from());
    Column to = SlotTime.to().minus(run.decoded().from());
    Column start = col("bucket").multiply(buckets.width());
    Column overlap =
        least(col("to"), start.plus(buckets.width())).minus(greatest(col("from"), start));
    List<Double> tokens = new ArrayList<>(Collections.nCopies(count, 0.0));
    rows.filter(col("origin.run_id").equalTo(run.id()).and(SlotTime.had()))
        .select(
            col("usage.completion_tokens").as("tokens"),
            from.as("from"),
            to.as("to"),
            explode(sequence(buckets.indexOf(from), buckets.indexOf(to))).as("bucket"))
        .groupBy("bucket")
        .agg(sum(col("tokens").multiply(overlap).divide(col("to").minus(col("from")))))
        .collectAsList()
        .forEach(row -> tokens.set(row.getInt(0), row.getDouble(1) / buckets.width()));
    return new Speed(run.id(), buckets, tokens);
  }
}
