package org.dlmspark.job.compare;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.dlmspark.job.input.AnswerCheck;
import org.dlmspark.job.run.RunSummary.Answers;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.prompt.Columns;

/**
 * What one setting of a comparison did, read from the rows that it wrote. What is a share of
 * nothing is null.
 *
 * @param name the setting's name
 * @param text what it is, {@code key = value} separated by commas
 * @param totals sums over its rows
 * @param likeness how far its completions are the baseline's
 * @param answers how many completions were right; null if it was not asked
 * @param origin where its rows were decoded
 */
record ComparedSetting(
    String name, String text, Totals totals, Likeness likeness, Answers answers, Origin origin) {

  /**
   * Sums over rows.
   *
   * @param rows rows, those with an error too
   * @param errors rows with an error
   * @param errorExample code and message of one of them; null if there is none
   * @param completionTokens {@code usage.completion_tokens} of rows without an error
   * @param positionsComputed {@code usage.positions_computed} of rows without an error
   * @param forwardPasses {@code usage.forward_passes} of rows without an error
   * @param decoderSeconds the time that the decoders were busy, those of all executors together:
   *     the sum of {@code timing.compute_ms} over all rows
   */
  record Totals(
      long rows,
      long errors,
      String errorExample,
      long completionTokens,
      long positionsComputed,
      long forwardPasses,
      double decoderSeconds) {

    private long completed() {
      return rows - errors;
    }
  }

  /**
   * Where rows were decoded.
   *
   * @param executors the executors
   * @param devices their devices
   */
  record Origin(Set<String> executors, Set<String> devices) {}

  /**
   * Reads what a setting did.
   *
   * @param entry the setting
   * @param rows what it wrote
   * @param baseline what the baseline wrote
   * @param nameColumns the columns that together name a row
   * @param check how answers are checked
   * @return the sums
   */
  static ComparedSetting read(
      CompareGrid.Entry entry,
      Dataset<Row> rows,
      Dataset<Row> baseline,
      List<String> nameColumns,
      JobSettings.Check check) {
    Column asked = lit(false);
    Column right = lit(false);
    if (check.answerColumn() != null) {
      Column reference = Columns.named(check.answerColumn()).cast(DataTypes.StringType);
      asked = reference.isNotNull();
      right = new AnswerCheck(check.answerPattern()).isRight(col("completion"), reference);
    }
    Column failed = col("finish_reason").equalTo("error");
    Row sums =
        rows.agg(
                count(lit(1)),
                count(when(failed, lit(1))),
                first(concat(col("error.code"), lit(": "), col("error.message")), true),
                total("usage.completion_tokens", failed),
                total("usage.positions_computed", failed),
                total("usage.forward_passes", failed),
                coalesce(sum(col("timing.compute_ms")), lit(0.0)),
                count(when(asked, lit(1))),
                count(when(right, lit(1))),
                collect_set(col("origin.executor")),
                collect_set(col("origin.device")))
            .first();
    return new ComparedSetting(
        entry.name(),
        entry.text(),
        new Totals(
            sums.getLong(0),
            sums.getLong(1),
            sums.getString(2),
            sums.getLong(3),
            sums.getLong(4),
            sums.getLong(5),
            sums.getDouble(6) / 1000),
        Likeness.read(rows, baseline, nameColumns),
        check.answerColumn() == null ? null : new Answers(sums.getLong(8), sums.getLong(7)),
        new Origin(Set.copyOf(sums.getList(9)), Set.copyOf(sums.getList(10))));
  }

  private static Column total(String name, Column failed) {
    return coalesce(sum(when(failed, lit(0L)).otherwise(col(name))), lit(0L));
  }

  /** Completion tokens for each second that a decoder was busy. */
  Double tokensPerSecond() {
    return share(totals.completionTokens(), totals.decoderSeconds());
  }

  /** {@link #tokensPerSecond} over that of the baseline. */
  Double speedRatio(ComparedSetting baseline) {
    Double own = tokensPerSecond();
    Double base = baseline.tokensPerSecond();
    return own == null || base == null ? null : share(own, base);
  }

  /** Positions computed for a row without an error, on average. */
  Double positionsPerRow() {
    return share(totals.positionsComputed(), totals.completed());
  }

  /** Forward passes for a row without an error, on average. */
  Double passesPerRow() {
    return share(totals.forwardPasses(), totals.completed());
  }

  /** The share, 0 to 1, of the baseline's completions whose text this setting gives too. */
  Double sameText() {
    return share(likeness.sameText(), likeness.rows());
  }

  /** The mean, 0 to 1, over the baseline's completions of {@link Likeness#sameTokens}. */
  Double sameTokens() {
    return share(likeness.sameTokens(), likeness.rows());
  }

  /** The share, 0 to 1, of right answers among rows with a reference; null if it was not asked. */
  Double accuracy() {
    return answers == null ? null : share(answers.right(), answers.asked());
  }

  private static Double share(Number part, Number whole) {
    double of = whole.doubleValue();
    return of == 0 ? null : (Double) (part.doubleValue() / of);
  }
}
