package org.dlmspark.job.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.Version;
import org.dlmspark.job.input.ShortDigest;
import org.dlmspark.job.output.Manifest;
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

  /**
   * Whether the report that is there tells what a new one would: of the same files and runs, their
   * answers checked in the same way, by the same program.
   *
   * @param folder the output
   * @param check how answers are checked
   */
  public static boolean isCurrent(OutputFolder folder, JobSettings.Check check) throws IOException {
    byte[] page = folder.read(OutputFolder.REPORT);
    return page != null && new String(page, StandardCharsets.UTF_8).endsWith(mark(folder, check));
  }

  /** The end of a page: what it was made of, as a digest. */
  private static String mark(OutputFolder folder, JobSettings.Check check) throws IOException {
    Manifest manifest = ReportReader.check(folder);
    ShortDigest digest = new ShortDigest();
    for (String part :
        List.of(
            String.join("/", new TreeSet<>(folder.tableFiles())),
            new String(folder.read(Manifest.FILE), StandardCharsets.UTF_8),
            ReportReader.asked(manifest, check).toString(),
            Version.current())) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.add(bytes, bytes.length);
    }
    return "<!-- " + digest.text() + " -->\n";
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
    String mark = mark(folder, check); // before the rows are read: a run may go on meanwhile
    ReportData data = ReportReader.read(spark, folder, check);
    String page = ReportPage.html(data) + mark;
    folder.replace(OutputFolder.REPORT, page.getBytes(StandardCharsets.UTF_8));
    return data.totals();
  }
}
