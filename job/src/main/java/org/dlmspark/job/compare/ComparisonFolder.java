package org.dlmspark.job.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.Version;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OwnFiles;

/**
 * The output folder of a comparison: the table, as {@code compare.md} and {@code compare.parquet},
 * and the rows of each setting under {@code rows/setting=NAME}, which Spark reads as one table with
 * a column {@code setting}.
 *
 * @param spark the session to read and write with
 * @param folder {@code output.path}
 */
public record ComparisonFolder(SparkSession spark, OutputFolder folder) {

  private static final String TEXT = "compare.md";
  private static final String TABLE = "compare.parquet";
  private static final String ROWS = "rows";

  /** Tells the files of a comparison by their names. */
  public static final Predicate<String> WRITTEN = Set.of(TEXT, TABLE, ROWS)::contains;

  /** The column that Spark makes of the folders' names. */
  static final String SETTING_COLUMN = "setting";

  /** The table for people. */
  String markdown() {
    return in(TEXT);
  }

  /** The table for programs. */
  String parquet() {
    return in(TABLE);
  }

  /** The rows of all settings. */
  String rows() {
    return in(ROWS);
  }

  /** Where the rows of a setting are. */
  String rows(CompareGrid.Entry entry) {
    return in(rowsName(entry));
  }

  private static String rowsName(CompareGrid.Entry entry) {
    return ROWS + "/" + SETTING_COLUMN + "=" + entry.name();
  }

  private String in(String name) {
    return new Path(folder.path(), name).toString();
  }

  /**
   * The rows of a setting that is done.
   *
   * @param entry the setting
   * @param schema the columns of the output
   */
  Dataset<Row> written(CompareGrid.Entry entry, StructType schema) {
    return spark.read().schema(schema).parquet(rows(entry));
  }

  /** Where the rows of the setting that is being done are written, until they are all there. */
  String uncommitted() {
    return folder.uncommitted(ROWS);
  }

  /** The rows of a setting are all there. */
  void commit(CompareGrid.Entry entry) throws IOException {
    folder.commitFolder(ROWS, rowsName(entry));
  }

  /**
   * Begins a comparison.
   *
   * @param overwrite whether what an earlier one wrote goes
   * @param runId the run's name
   * @throws RefusedException if there is anything that no comparison wrote
   */
  void begin(boolean overwrite, String runId) throws IOException {
    if (overwrite) {
      new OwnFiles(folder).removeAll(WRITTEN);
    }
    note(runId, Manifest.Run.RUNNING);
  }

  /**
   * Ends a comparison.
   *
   * @param runId the run's name
   * @param table rows of {@link ComparisonTable#SCHEMA}
   * @param text the same in Markdown
   */
  void end(String runId, List<Row> table, String text) throws IOException {
    spark
        .createDataFrame(table, ComparisonTable.SCHEMA)
        .coalesce(1)
        .write()
        .parquet(folder.uncommitted(TABLE));
    folder.commitFolder(TABLE, TABLE);
    folder.commitFile(TEXT, text.getBytes(StandardCharsets.UTF_8));
    note(runId, Manifest.Run.DONE);
  }

  /** Says whose the rows are: what may be overwritten next time. */
  private void note(String runId, String state) throws IOException {
    String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    Map<String, String> setup = Map.of("command", "compare");
    Manifest.of(new Fingerprint(Map.of(), Map.of(), Map.of()))
        .with(
            new Manifest.Run(
                runId, Version.current(), now, now, state, 0, 0, Map.of(), 0, 0, 0, setup))
        .write(folder);
  }

  /** Takes back what {@link #begin} noted: there are no rows. */
  void forget() throws IOException {
    folder.remove(Manifest.FILE);
  }
}
