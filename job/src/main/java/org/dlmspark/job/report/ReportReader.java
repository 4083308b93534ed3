package org.dlmspark.job.report;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.SlowRow;
import org.dlmspark.job.settings.JobSettings;

/**
 * Reads an output for its report. Spark counts; what comes to the driver grows with runs and error
 * codes, never with rows.
 */
final class ReportReader {

  private static final int SLOW_ROWS = 10;

  private ReportReader() {}

  /**
   * Looks whether there is an output to read, without reading its rows.
   *
   * @param folder the output
   * @return its manifest
   * @throws RefusedException if it has no manifest or no files of rows
   */
  static Manifest check(OutputFolder folder) throws IOException {
    Manifest manifest = Manifest.read(folder);
    if (manifest == null) {
      throw new RefusedException(
          "there is no "
              + folder.notePath(Manifest.FILE)
              + ": name a folder that a job wrote, its output.path");
    }
    if (folder.tableFiles().isEmpty()) {
      throw empty(folder);
    }
    return manifest;
  }

  private static RefusedException empty(OutputFolder folder) {
    return new RefusedException(
        folder.path()
            + " has no rows: the input was empty, or nothing is committed yet; ask again when the"
            + " first wave is");
  }

  /**
   * Reads an output, which may be one that a run is writing to.
   *
   * @param spark the session to read with
   * @param folder the output
   * @param check how answers are checked; if they are not, as its last run that did noted
   * @return what a report tells
   * @throws RefusedException if it has no manifest or no rows
   */
  static ReportData read(SparkSession spark, OutputFolder folder, JobSettings.Check check)
      throws IOException {
    Manifest manifest = check(folder);
    ReportRows rows = ReportRows.of(spark, folder, manifest, asked(manifest, check));
    RowGroups groups = RowGroups.read(rows);
    if (groups.runs().isEmpty()) {
      throw empty(folder);
    }
    BusyExecutors executors = BusyExecutors.read(rows.all());
    return new ReportData(
        folder.path(),
        manifest,
        List.copyOf(groups.runs().values()),
        groups.results(),
        List.copyOf(groups.errors().values()),
        groups.devices(),
        SpeedReader.read(rows.all(), groups.runs().values()),
        DistributionReader.read(rows.all()),
        executors.busiest(),
        executors.others(),
        SlowRow.read(rows.all(), rows.name(), SLOW_ROWS),
        SampleReader.read(rows),
        groups.answers());
  }

  /** How answers are checked: as is asked now, else as the last run that did noted. */
  static JobSettings.Check asked(Manifest manifest, JobSettings.Check check) {
    if (check.answerColumn() != null) {
      return check;
    }
    return manifest.runs().stream()
        .map(Manifest.Run::check)
        .filter(noted -> noted.answerColumn() != null)
        .reduce(JobSettings.Check.NONE, (earlier, later) -> later);
  }
}
