package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.input.AnswerCheck;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.output.SlowRow;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.prompt.Columns;

/**
 * What is in an output, and what a run did for it, read back from the rows.
 *
 * @param rows rows by finish reason, those of earlier runs too
 * @param errors rows with an error by code, those of earlier runs too
 * @param totals sums over the run's rows
 * @param executors executors that decoded
 * @param slots {@code batch.max-sequences}: rows that one of them decodes together
 * @param slowest the run's rows that took longest, the slowest first
 * @param answers how many completions were right; null if it was not asked
 * @param wall the time that generating and writing took, waiting for the model included
 */
public record RunSummary(
    Map<String, Long> rows,
    Map<String, ErrorCount> errors,
    RowTotals totals,
    int executors,
    int slots,
    List<SlowRow> slowest,
    Answers answers,
    Duration wall) {

  private static final int SLOW_ROWS = 3;
  private static final int LONGEST_EXAMPLE = 160;

  /**
   * Errors of one code.
   *
   * @param rows how many rows have it
   * @param example one of the messages
   */
  record ErrorCount(long rows, String example) {}

  /**
   * Answers found in completions.
   *
   * @param right rows whose completion gives the reference answer
   * @param asked rows with a reference answer
   */
  public record Answers(long right, long asked) {}

  /**
   * Reads the summary from the output.
   *
   * @param spark the session to read with
   * @param settings the run's settings
   * @param input the columns of the input, the id included
   * @param idColumn the column that names a row
   * @param runId the run's name
   * @param wall the time that generating and writing took
   * @return the summary
   */
  public static RunSummary read(
      SparkSession spark,
      JobSettings settings,
      StructType input,
      String idColumn,
      String runId,
      Duration wall) {
    Dataset<Row> output =
        spark.read().schema(OutputSchema.of(input)).parquet(settings.output().path());
    Map<String, Long> rows = new TreeMap<>();
    Map<String, ErrorCount> errors = new TreeMap<>();
    Set<String> executors = new HashSet<>();
    RowTotals totals = RowTotals.NONE;
    Answers answers = new Answers(0, 0);
    Column own = col("origin.run_id").equalTo(runId);
    for (Row group : groups(output, settings.check(), own)) {
      RowTotals these = RowTotals.of(group);
      long count = these.rows();
      rows.merge(group.getAs("finish_reason"), count, Long::sum);
      if (group.getAs("code") != null) {
        errors.merge(
            group.getAs("code"),
            new ErrorCount(count, group.getAs("message")),
            (a, b) -> new ErrorCount(a.rows() + b.rows(), a.example()));
      }
      answers =
          new Answers(
              answers.right() + group.<Long>getAs("right"),
              answers.asked() + group.<Long>getAs("asked"));
      if (!group.<Boolean>getAs("own")) {
        continue;
      }
      executors.addAll(group.getList(group.fieldIndex("executors")));
      totals = totals.plus(these);
    }
    return new RunSummary(
        rows,
        errors,
        totals,
        executors.size(),
        settings.decoder().maxSequences(),
        SlowRow.read(output.filter(own), Columns.named(idColumn), SLOW_ROWS),
        settings.check().answerColumn() == null ? null : answers,
        wall);
  }

  private static List<Row> groups(Dataset<Row> output, JobSettings.Check check, Column own) {
    Column asked = lit(false);
    Column right = lit(false);
    if (check.answerColumn() != null) {
      Column reference = Columns.named(check.answerColumn()).cast(DataTypes.StringType);
      asked = reference.isNotNull();
      right = new AnswerCheck(check.answerPattern()).isRight(col("completion"), reference);
    }
    return RowTotals.over(
            output.groupBy(col("finish_reason"), col("error.code").as("code"), own.as("own")),
            first(col("error.message"), true).as("message"),
            collect_set(col("origin.executor")).as("executors"),
            count(when(asked, lit(1))).as("asked"),
            count(when(right, lit(1))).as("right"))
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

  /**
   * The summary as lines.
   *
   * @param outputPath where the rows are
   * @return lines for the console
   */
  public List<Line> lines(String outputPath) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("output", outputPath));
    if (rowCount() == 0) {
      lines.add(new Line("rows", "none: the input is empty"));
      return lines;
    }
    lines.add(
        Line.of(
            "rows",
            "%,d: %s",
            rowCount(),
            rows.entrySet().stream()
                .map(
                    entry -> String.format(Locale.ROOT, "%,d %s", entry.getValue(), entry.getKey()))
                .collect(Collectors.joining(", "))));
    errors.forEach(
        (code, error) ->
            lines.add(
                Line.of(
                    "", "%,d %s, such as: %s", error.rows(), code, shortened(error.example()))));
    if (totals.rows() < rowCount()) {
      lines.add(
          Line.of(
              "this run",
              "%,d of them%s",
              totals.rows(),
              totals.failed() == 0
                  ? ""
                  : String.format(Locale.ROOT, ", %,d with an error", totals.failed())));
    }
    if (totals.rows() > 0) {
      addSpeed(lines);
    }
    if (answers != null) {
      addAnswers(lines);
    }
    return lines;
  }

  private void addSpeed(List<Line> lines) {
    double seconds = Math.max(wall.toNanos() / 1e9, 1e-9);
    lines.add(
        Line.of(
            "tokens",
            "%,d generated from %,d of prompts",
            totals.completionTokens(),
            totals.promptTokens()));
    lines.add(Line.of("speed", "%,.1f tokens a second", totals.completionTokens() / seconds));
    lines.add(
        Line.of(
            "positions",
            "%,d computed, %,d without a cache%s",
            totals.positionsComputed(),
            totals.positionsTotal(),
            totals.positionsComputed() == 0
                ? ""
                : String.format(Locale.ROOT, ": %.2f times fewer", totals.positionsSaved())));
    if (totals.shared() > 0) {
      lines.add(
          Line.of(
              "identical rows",
              "%,d of %,d took the completion of another (input.dedupe)",
              totals.shared(),
              totals.rows()));
    }
    if (totals.decoded() > 0) {
      lines.add(Line.of("steps", "%.1f a row", (double) totals.steps() / totals.decoded()));
    }
    if (executors > 0) {
      lines.add(
          Line.of(
              "decoder busy",
              "%.1f%% of the time of %d %s",
              100 * totals.computeMs() / 1000 / (seconds * executors),
              executors,
              executors == 1 ? "executor" : "executors"));
      if (totals.computeMs() > 0) {
        lines.add(
            Line.of(
                "slots occupied",
                "%.1f%% of %,d while it decoded (batch.max-sequences)",
                100 * totals.slotsOccupied(slots),
                slots));
      }
    }
    for (int i = 0; i < slowest.size(); i++) {
      SlowRow row = slowest.get(i);
      lines.add(
          Line.of(
              i == 0 ? "slowest rows" : "",
              "%s: %,.0f ms for %,d tokens",
              row.id(),
              row.decodeMs(),
              row.tokens()));
    }
  }

  private void addAnswers(List<Line> lines) {
    lines.add(
        Line.of(
            "answers right",
            "%,d of %,d%s",
            answers.right(),
            answers.asked(),
            answers.asked() == 0
                ? ""
                : String.format(
                    Locale.ROOT, " (%.1f%%)", 100.0 * answers.right() / answers.asked())));
  }

  private static String shortened(String text) {
    String line = String.valueOf(text).replaceAll("\\s+", " ").strip();
    return line.length() <= LONGEST_EXAMPLE ? line : line.substring(0, LONGEST_EXAMPLE) + "...";
  }
}
