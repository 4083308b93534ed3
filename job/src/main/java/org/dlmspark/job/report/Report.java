package org.dlmspark.job.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.settings.JobSettings;

/** The page beside an output's rows that tells what is in it and how it came about. */
public final class Report {

  private Report() {}

  /**
   * Looks whether there is an output to tell of, without reading its rows.
   *
   * @param folder the output
   * @throws RefusedException if it has no manifest or no files of rows
   */
  public static void check(OutputFolder folder) throws IOException {
    var unused = ReportReader.check(folder);
  }

  /** Whether the output has one. */
  public static boolean isThere(OutputFolder folder) throws IOException {
    return folder.read(OutputFolder.REPORT) != null;
  }

  /**
   * Writes the report over the one that is there.
   *
   * @param spark the session to read the rows with
   * @param folder the output
   * @param check how answers are checked; if they are not, it is as its last run that did noted
   * @return sums over the rows that it tells of
   * @throws RefusedException if the output has no manifest or no rows
   */
  public static RowTotals write(SparkSession spark, OutputFolder folder, JobSettings.Check check)
      throws IOException {
    ReportData data = ReportReader.read(spark, folder, check);
    folder.replace(OutputFolder.REPORT, ReportPage.html(data).getBytes(StandardCharsets.UTF_8));
    return data.totals();
  }
}
