package org.dlmspark.job.input;

import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.service.FailureReason;

/** Opens the input, and says in the settings' words what Spark cannot read of it. */
final class InputReader {

  private static final Pattern OTHER_FORMAT =
      Pattern.compile("\\.(jsonl?|csv|orc|avro)(\\.(gz|bz2|zst))?$");

  private final JobSettings.Input input;

  InputReader(JobSettings.Input input) {
    this.input = input;
  }

  /**
   * Opens the input; reads no more than Spark needs to know its columns.
   *
   * @param spark the session to read with
   * @return its rows
   * @throws RefusedException if Spark cannot read it
   */
  Dataset<Row> open(SparkSession spark) {
    refuseOtherFormat();
    return reading(
        () -> spark.read().format(input.format()).options(input.options()).load(input.path()));
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
      String condition =
          e instanceof SparkThrowable known && known.getCondition() != null
              ? known.getCondition()
              : "";
      String path = "input.path = " + input.path();
      String format = input.format();
      throw new RefusedException(
          switch (condition) {
            case "PATH_NOT_FOUND" ->
                path
                    + " does not exist: check the path; a relative one begins in the folder where the job was"
                    + " started";
            case "DATA_SOURCE_NOT_FOUND" ->
                "input.format = "
                    + format
                    + ": Spark knows no such format; name one such as parquet, json or csv, or give"
                    + " Spark the jar that brings it (--packages)";
            case "UNABLE_TO_INFER_SCHEMA" ->
                path + " holds no " + format + " files: check the path and input.format";
            default ->
                path
                    + " cannot be read as "
                    + format
                    + ": "
                    + FailureReason.of(e)
                    + "; if it is of another format, name that with input.format";
          },
          e);
    }
  }
}
