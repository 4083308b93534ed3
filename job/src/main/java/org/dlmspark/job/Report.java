package org.dlmspark.job;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.SparkSession;

/** The page beside an output's rows that tells what is in it and how it came about. */
final class Report {

  /** Its file name among the output's notes. */
  static final String FILE = "report.html";

  private Report() {}

  /** Whether the output has one. */
  static boolean isThere(OutputFolder folder) throws IOException {
    return folder.read(FILE) != null;
  }

  /**
   * Writes the report over the one that is there.
   *
   * @param spark the session to read the rows with
   * @param folder the output
   * @return what it tells
   * @throws RefusedException if the output has no manifest or no rows
   */
  static ReportData write(SparkSession spark, OutputFolder folder) throws IOException {
    ReportData data = ReportReader.read(spark, folder);
    folder.replace(FILE, ReportPage.html(data).getBytes(StandardCharsets.UTF_8));
    return data;
  }
}
