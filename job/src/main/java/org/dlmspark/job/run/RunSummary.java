package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.output.SlowRow;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.prompt.Columns;

/**
 * What is in an output, and what a run did for it, read back from the rows.
 *
 * @param rows rows by finish reason, those of earlier runs too
 * @param errors rows with an error by code, those of earlier runs too
 * @param totals sums over the run's rows
 * @param samples {@code input.samples-per-prompt}: rows of the output for a prompt
 * @param run what the manifest notes of the run; null if it had nothing to do
 * @param slowest the run's rows that took longest, the slowest first
 * @param answers how many completions were right; null if it was not asked
 */
public record RunSummary(
    Map<String, Long> rows,
    Map<String, ErrorCount> errors,
    RowTotals totals,
    int samples,
    Manifest.Run run,
    List<SlowRow> slowest,
    Answers answers) {

  private static final int SLOW_ROWS = 3;

  /**
   * Errors of one code.
   *
   * @param rows how many rows have it
   * @param example one of the messages
   */
  record ErrorCount(long rows, String example) {}

  /**
   * Reads the summary from the output.
   *
   * @param output its rows
   * @param settings the run's settings
   * @param idColumn the column that names a row
   * @param run what is noted of the run; null if it had nothing to do
   * @return the summary
   */
  static RunSummary read(
      Dataset<Row> output, JobSettings settings, String idColumn, Manifest.Run run) {
    Map<String, Long> rows = new TreeMap<>();
    Map<String, ErrorCount> errors = new TreeMap<>();
    RowTotals totals = RowTotals.NONE;
    Column own = run == null ? lit(false) : col("origin.run_id").equalTo(run.id());
    List<Row> groups = groups(output, settings.check(), own);
    for (Row group : groups) {
      RowTotals these = RowTotals.of(group);
      long count = these.rows();
      rows.merge(group.getAs("finish_reason"), count, Long::sum);
      if (group.getAs("code") != null) {
        errors.merge(
            group.getAs("code"),
            new ErrorCount(count, group.getAs("message")),
            (a, b) -> new ErrorCount(a.rows() + b.rows(), a.example()));
      }
      if (group.<Boolean>getAs("own")) {
        totals = totals.plus(these);
      }
    }
    return new RunSummary(
        rows,
        errors,
        totals,
        settings.input().samplesPerPrompt(),
        run,
        SlowRow.read(output.filter(own), Columns.named(idColumn), SLOW_ROWS),
        Answers.of(settings.check(), groups));
  }

  private static List<Row> groups(Dataset<Row> output, JobSettings.Check check, Column own) {
    List<Column> more = new ArrayList<>();
    more.add(first(col("error.message"), true).as("message"));
    Collections.addAll(more, Answers.counts(check));
    return RowTotals.over(
            output.groupBy(col("finish_reason"), col("error.code").as("code"), own.as("own")),
            more.toArray(Column[]::new))
        .collectAsList();
  }

  /**
   * The number of rows.
   *
   * @return rows with and without an error
   */
  public long rowCount() {
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Rows of the output with an error. */
  long errorCount() {
    return errors.values().stream().mapToLong(ErrorCount::rows).sum();
  }
}
