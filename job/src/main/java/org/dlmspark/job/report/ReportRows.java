package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.prompt.Columns;

/**
 * The rows that a report tells of, and what they are called there.
 *
 * @param all the rows, without those that are being replaced
 * @param name the id, shortened, and which of its prompt's samples the row is
 * @param prompt the prompt, or what it was made of
 * @param check how their answers are checked
 */
record ReportRows(Dataset<Row> all, Column name, Column prompt, JobSettings.Check check) {

  private static final int LONGEST_NAME = 120;

  /**
   * The rows of an output.
   *
   * @param spark the session to read with
   * @param folder the output
   * @param manifest its manifest
   * @param check how answers are checked, if the rows hold the right ones
   */
  static ReportRows of(
      SparkSession spark, OutputFolder folder, Manifest manifest, JobSettings.Check check)
      throws IOException {
    Dataset<Row> rows = rows(spark, folder, manifest.replacement());
    Map<String, String> settings = manifest.fingerprint().settings();
    return new ReportRows(
        rows,
        name(settings),
        prompt(rows, settings.get("input.prompt-column")),
        Arrays.asList(rows.columns()).contains(check.answerColumn())
            ? check
            : JobSettings.Check.NONE);
  }

  private static Dataset<Row> rows(
      SparkSession spark, OutputFolder folder, Manifest.Replacement replacement)
      throws IOException {
    if (replacement == null) {
      return spark.read().parquet(folder.path());
    }
    List<String> files = new ArrayList<>(folder.tableFiles());
    files.removeAll(Set.copyOf(replacement.superseded(files)));
    return spark.read().parquet(folder.tablePaths(files));
  }

  private static Column name(Map<String, String> settings) {
    String id = settings.get("input.id-column");
    Column column =
        shortened(
            Columns.named("null".equals(id) ? JobSettings.Input.HASH_COLUMN : id)
                .cast(DataTypes.StringType),
            LONGEST_NAME);
    return "1".equals(settings.get("input.samples-per-prompt"))
        ? column
        : concat(column, lit(", sample "), col(JobSettings.Input.SAMPLE_COLUMN));
  }

  private static Column prompt(Dataset<Row> rows, String promptColumn) {
    List<String> columns = Arrays.asList(rows.columns());
    if (columns.contains(promptColumn)) {
      return Columns.named(promptColumn).cast(DataTypes.StringType);
    }
    return to_json(
        struct(
            columns.stream()
                .filter(column -> !OutputSchema.COLUMNS.contains(column))
                .map(Columns::named)
                .toArray(Column[]::new)));
  }

  /** A text, cut behind so many characters; empty where there is none. */
  static Column shortened(Column text, int most) {
    return when(length(text).gt(most), concat(substring(text, 1, most), lit("...")))
        .otherwise(coalesce(text, lit("")));
  }
}
