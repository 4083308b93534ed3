package org.dlmspark.job.command;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.report.Report;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.settings.JobSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code report}: writes the report of an output anew. */
@Command(
    name = "report",
    description = {
      "Writes the report of an output, as every run does at its end: one HTML file in the output's"
          + " folder _dlm-spark. At any time, also while a run writes: it tells of what is"
          + " committed."
    },
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed while reading or writing",
      "2:refused: the folder is no job's output, or has no rows yet"
    },
    footerHeading = "%nExample:%n",
    footer = "  ./submit.sh report --output hdfs:///completions")
final class ReportCommand implements Callable<Integer> {

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      required = true,
      description = "The output of a job, its output.path.")
  private String output;

  private final Console console;

  ReportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    SparkConf conf = new SparkConf();
    Sessions.requireMaster(conf);
    OutputFolder folder = folder(conf);
    console.say("Reading " + output);
    SparkSession spark = Sessions.start(conf, "dlm-spark report");
    try {
      RowTotals totals = Report.write(spark, folder, JobSettings.Check.NONE);
      console.block(
          "Report written",
          List.of(
              Line.of("rows", "%,d, %,d of them with an error", totals.rows(), totals.failed()),
              new Line("report", folder.notePath(OutputFolder.REPORT))));
    } finally {
      spark.stop();
    }
    return DlmSparkCommand.DONE;
  }

  /** Looks before Spark starts, which takes seconds. */
  private OutputFolder folder(SparkConf conf) {
    try {
      OutputFolder folder = new OutputFolder(output, SparkHadoopUtil.get().newConfiguration(conf));
      Report.check(folder);
      return folder;
    } catch (RefusedException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // Hadoop throws the latter for a missing class.
      throw OutputFolder.unreachable("--output " + output, e);
    }
  }
}
