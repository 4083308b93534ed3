package org.dlmspark.job.compare;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.OutputSchema;

/**
 * The output folder of a comparison: the table, as {@code compare.md} and {@code compare.parquet},
 * and the rows of each setting under {@code rows/setting=NAME}, which Spark reads as one table with
 * a column {@code setting}.
 *
 * @param spark the session to read and write with
 * @param path the folder, {@code output.path}
 */
public record ComparisonFolder(SparkSession spark, String path) {

  /** Tells the files of a comparison by their names. */
  public static final Predicate<String> WRITTEN =
      Set.of("compare.md", "compare.parquet", "rows")::contains;

  /** The column that Spark makes of the folders' names. */
  static final String SETTING_COLUMN = "setting";

  /** The table for people. */
  String markdown() {
    return in("compare.md");
  }

  /** The table for programs. */
  String parquet() {
    return in("compare.parquet");
  }

  /** The rows of all settings. */
  String rows() {
    return in("rows");
  }

  /** Where the rows of a setting are. */
  String rows(CompareGrid.Entry entry) {
    return in("rows/" + SETTING_COLUMN + "=" + entry.name());
  }

  private String in(String name) {
    return new Path(path, name).toString();
  }

  /**
   * The rows of a setting that is done.
   *
   * @param entry the setting
   * @param input the columns of the input
   */
  Dataset<Row> written(CompareGrid.Entry entry, StructType input) {
    return spark.read().schema(OutputSchema.of(input)).parquet(rows(entry));
  }

  /**
   * Writes the table.
   *
   * @param table rows of {@link ComparisonTable#SCHEMA}
   * @param text the same in Markdown
   * @throws UncheckedIOException if it cannot be written
   */
  void write(List<Row> table, String text) {
    spark.createDataFrame(table, ComparisonTable.SCHEMA).coalesce(1).write().parquet(parquet());
    Path file = new Path(markdown());
    try (OutputStream stream = fileSystem().create(file, true)) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Deletes the folder with all that is in it.
   *
   * @throws UncheckedIOException if it cannot be deleted
   */
  void delete() {
    try {
      var unused = fileSystem().delete(new Path(path), true);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "output.path = " + new Path(path) + " cannot be emptied: " + e.getMessage(), e);
    }
  }

  private FileSystem fileSystem() {
    try {
      return new Path(path).getFileSystem(spark.sparkContext().hadoopConfiguration());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "output.path = " + path + " cannot be reached: " + e.getMessage(), e);
    }
  }
}
