package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.substring;
import static org.dlmspark.udf.prompt.Columns.named;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.MachineLimit;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.service.FailureReason;

/** Opens the input, and says in the settings' words what Spark cannot read of it. */
final class InputReader {

  private static final Pattern OTHER_FORMAT =
      Pattern.compile("\\.(jsonl?|csv|orc|avro)(\\.(gz|bz2|zst))?$");

  private static final String CSV_PRUNING = "columnPruning";

  private static final int LONGEST_LINE = 120;

  /** Where Spark puts a line that is not what its format asks for. */
  static final String UNREADABLE = "_corrupt_record";

  /** Formats whose lines may be so. */
  private static final Set<String> OF_LINES = Set.of("json", "csv");

  /** What Spark says of a file with a column of a type that it has not. */
  private static final String STRANGE_TYPE = "PARQUET_TYPE_.*|UNSUPPORTED_TIME_TYPE";

  private final JobSettings.Input input;

  InputReader(JobSettings.Input input) {
    this.input = input;
  }

  /**
   * An input that can be read, at least in part.
   *
   * @param rows its rows
   * @param unreadable columns that Spark cannot read, with their types
   */
  record Opened(Dataset<Row> rows, Map<String, String> unreadable) {}

  /**
   * Opens the input; reads no more than Spark needs to know its columns.
   *
   * @param spark the session to read with
   * @return its rows
   * @throws RefusedException if Spark cannot read it
   */
  Opened open(SparkSession spark) {
    refuseOtherFormat();
    try {
      return new Opened(reading(() -> reader(spark).load(input.path())), Map.of());
    } catch (RefusedException e) {
      if (!input.format().equals("parquet") || !condition(e.getCause()).matches(STRANGE_TYPE)) {
        throw e;
      }
      ParquetColumns columns =
          reading(() -> new ParquetColumns(spark, input.path(), input.options()));
      if (columns.unreadable().isEmpty()) {
        throw e;
      }
      return new Opened(
          reading(() -> reader(spark).schema(columns.readable()).load(input.path())),
          columns.unreadable());
    }
  }

  private DataFrameReader reader(SparkSession spark) {
    Map<String, String> options = new TreeMap<>(input.options());
    if (input.format().equals("csv")
        && options.keySet().stream().noneMatch(CSV_PRUNING::equalsIgnoreCase)) {
      // Else which lines are malformed, and left out, depends on the columns that are looked at.
      options.put(CSV_PRUNING, "false");
    }
    return spark.read().format(input.format()).options(options);
  }

  private static String condition(Throwable thrown) {
    return thrown instanceof SparkThrowable known && known.getCondition() != null
        ? known.getCondition()
        : "";
  }

  /** What Spark says by a column of its own. */
  List<Line> warnings(Dataset<Row> opened) {
    return OF_LINES.contains(input.format()) && List.of(opened.columns()).contains(UNREADABLE)
        ? List.of(
            Line.of(
                "unreadable lines",
                "there are some that are no %s: they have no column but %s, and become rows with an"
                    + " error; mend them, or leave them out with input.options.mode ="
                    + " DROPMALFORMED",
                input.format(),
                UNREADABLE))
        : List.of();
  }

  /** The slip that is made most often, before Spark tells of it in many words. */
  private void refuseOtherFormat() {
    Matcher name = OTHER_FORMAT.matcher(input.path().toLowerCase(Locale.ROOT));
    if (input.format().equals("parquet") && name.find()) {
      throw new RefusedException(
          "input.path = "
              + input.path()
              + " is named as "
              + name.group(1)
              + ", but input.format = parquet: set input.format = "
              + (name.group(1).equals("jsonl") ? "json" : name.group(1)));
    }
  }

  /**
   * Does what reads the input.
   *
   * @param step what to do
   * @return what came of it
   * @throws RefusedException if it fails
   */
  <T> T reading(Supplier<T> step) {
    try {
      return step.get();
    } catch (Exception e) { // Spark throws checked exceptions that its signatures do not name.
      String path = "input.path = " + input.path();
      String format = input.format();
      throw new RefusedException(
          switch (condition(e)) {
            case "PATH_NOT_FOUND" ->
                path
                    + " does not exist: check the path; a relative one begins in the folder where"
                    + " the job was started";
            case "DATA_SOURCE_NOT_FOUND" ->
                "input.format = "
                    + format
                    + ": Spark knows no such format; name one such as parquet, json or csv, or give"
                    + " Spark the jar that brings it (--packages)";
            case "COLUMN_ALREADY_EXISTS" ->
                path
                    + " has more than one column or field "
                    + ((SparkThrowable) e).getMessageParameters().get("columnName")
                    + ", or some that differ in upper and lower case alone: rename them in the"
                    + " input; where only the case differs, --conf spark.sql.caseSensitive=true"
                    + " tells them apart";
            case "UNABLE_TO_INFER_SCHEMA" ->
                path + " holds no " + format + " files: check the path and input.format";
            default ->
                path
                    + " cannot be read as "
                    + format
                    + ": "
                    + MachineLimit.withRemedy(FailureReason.of(e), remedy(e));
          },
          e);
    }
  }

  /**
   * Refuses a line that is not what the format asks for, if there is one: its columns are null.
   *
   * @param rows the input
   * @param column one of its columns, since Spark does not read broken lines alone
   * @throws RefusedException showing the line
   */
  void refuseBrokenLine(Dataset<Row> rows, String column) {
    if (warnings(rows).isEmpty()) {
      return;
    }
    Column line = col(UNREADABLE);
    List<Row> broken =
        reading(
            () ->
                rows.filter(line.isNotNull())
                    .select(substring(line, 1, LONGEST_LINE), input_file_name(), named(column))
                    .takeAsList(1));
    for (Row row : broken) {
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "input.path = %s cannot be read as %s: %s has the line %s; correct or remove it, or"
                  + " set input.options for it",
              input.path(),
              input.format(),
              Excerpt.value(row.getString(1)),
              Excerpt.quoted(row.getString(0), LONGEST_LINE)));
    }
  }

  private static String remedy(Exception e) {
    if (FailureReason.file(e) == null) {
      return "; check the path, and that input.format and input.options are those of its files";
    }
    String reason = FailureReason.of(e);
    if (reason.contains("is not a Parquet file")) {
      return "; replace or remove that file, or if it is of another format, name that with"
          + " input.format";
    }
    return reason.contains("physicalType")
        ? "; write all files of an input with the same types"
        : "; replace or remove that file";
  }
}
