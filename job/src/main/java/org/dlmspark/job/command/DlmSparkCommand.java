package org.dlmspark.job.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Console;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.InputCheck;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.input.ModelCheck;
import org.dlmspark.job.output.OutputCheck;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;
import org.dlmspark.job.output.TablePublisher;
import org.dlmspark.job.report.Report;
import org.dlmspark.job.run.GenerateJob;
import org.dlmspark.job.run.Interruption;
import org.dlmspark.job.run.JobPlan;
import org.dlmspark.job.run.ProgressDisplay;
import org.dlmspark.job.run.RowGenerator;
import org.dlmspark.job.run.RunFingerprint;
import org.dlmspark.job.run.RunId;
import org.dlmspark.job.run.RunSummary;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.run.WaveResult;
import org.dlmspark.job.run.WavedJob;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.GenerateUdf;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.FailureReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: reads settings, checks, runs, and reports. */
@Command(
    name = "dlm-spark",
    description = "Generates text in bulk with a masked diffusion language model on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done: every row is written, those with an error code too",
      "1:failed while running; what is committed stays, and the same command continues",
      "2:refused before anything was decoded",
      "130:interrupted (Ctrl-C)"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./submit.sh --config conf/llada-8b-instruct.conf --model /models/LLaDA \\",
      "      --input prompts.parquet --output completions",
      "  ./submit.sh --config my.conf --input prompts.jsonl --output completions \\",
      "      --set input.format=json --set input.prompt-column=question --dry-run",
      "  ./submit.sh --config my.conf --set output.mode=retry-failed",
      "  ./submit.sh --master yarn --num-executors 8 -- --config my.conf",
      "",
      "All settings and their defaults are in docs/settings.md and in reference.conf. An option wins over"
          + " --set, --set over the file."
    })
public final class DlmSparkCommand implements Callable<Integer> {

  /** All rows are written. */
  public static final int DONE = 0;

  /** The run began and did not end well. */
  public static final int FAILED = 1;

  /** Nothing was decoded, since something was not fit. */
  public static final int REFUSED = 2;

  /** Ends the output of a dry run. */
  static final String DRY_RUN =
      "Dry run: everything was checked, nothing was decoded, nothing was written.";

  private static final Logger log = LoggerFactory.getLogger(DlmSparkCommand.class);

  @Mixin private RunOptions options;

  private final Console console;
  private final RowGenerator generator;

  private DlmSparkCommand(Console console, RowGenerator generator) {
    this.console = console;
    this.generator = generator;
  }

  /**
   * Runs the program.
   *
   * @param console where to write
   * @param args the command line
   * @return the exit code: 0 done, 1 failed while running, 2 refused before any decoding
   */
  public static int execute(Console console, String... args) {
    return execute(console, GenerateUdf::new, args);
  }

  /**
   * Runs the program with another generator of rows.
   *
   * @param console where to write
   * @param generator makes the rows
   * @param args the command line
   * @return the exit code: 0 done, 1 failed while running, 2 refused before any decoding
   */
  public static int execute(Console console, RowGenerator generator, String... args) {
    return new CommandLine(new DlmSparkCommand(console, generator))
        .addSubcommand(new CompareCommand(console, generator))
        .addSubcommand(new BenchCommand(console))
        .addSubcommand(new InspectCommand(console))
        .addSubcommand(new ReportCommand(console))
        .addSubcommand(new CompletionCommand(console))
        .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
        // A prompt path may begin with @.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler(
            (exception, line) -> {
              console.error(exception.getMessage() + hint(exception) + "; see --help");
              return REFUSED;
            })
        .setExecutionExceptionHandler(
            (exception, line, parsed) -> {
              if (exception instanceof RefusedException) {
                log.debug("refused", exception);
                console.error(exception.getMessage());
                return REFUSED;
              }
              if (Interruption.happened()) {
                return FAILED; // it has been told, and the process ends by the signal
              }
              log.error("the run failed", exception);
              console.error("failed: " + FailureReason.of(exception) + " (the log has the trace)");
              return FAILED;
            })
        .execute(args);
  }

  private static String hint(ParameterException exception) {
    if (!(exception instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    List<String> similar = unmatched.getSuggestions();
    if (!unmatched.getUnmatched().get(0).startsWith("-")) {
      return "; a settings file is named with --config FILE, prompts with --input PATH";
    }
    return similar.isEmpty()
        ? "; arguments for spark-submit stand before a --, as in --master yarn -- --config FILE"
        : "; did you mean " + similar.get(0) + "?";
  }

  @Override
  public Integer call() throws IOException {
    JobSettings settings = options.settings(List.of());
    SparkConf conf = new SparkConf();
    boolean shipped = Sessions.shipsModel(settings.decoder().modelPath(), conf);
    ModelFacts early = shipped ? null : ModelCheck.check(settings);
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    OutputCheck.check(settings, hadoop, OutputCheck.TABLE);
    OutputFolder folder = new OutputFolder(settings.output().path(), hadoop);
    DecoderSettings decoder = Sessions.forExecutors(settings.decoder(), conf);
    Sessions.requireMaster(conf);
    if (options.dryRun()) {
      try (Session session = new Session(Sessions.start(conf, settings.job().name(), null))) {
        plan(session, settings, folder, shipped ? ModelCheck.check(settings) : early, decoder);
      }
      return DONE;
    }
    String runId = RunId.next();
    boolean bar = Sessions.instead(conf);
    // Before Spark starts, since with it executors begin to load the model.
    try (OutputLock lock = OutputLock.acquire(folder, runId);
        Interruption interruption = new Interruption(console, folder, runId, lock);
        Session session = new Session(Sessions.start(conf, settings.job().name(), decoder))) {
      RunSummary summary =
          run(
              session,
              settings,
              folder,
              shipped ? ModelCheck.check(settings) : early,
              decoder,
              runId,
              lock,
              bar);
      interruption.tooLate();
      // Where nothing was done the report that is there tells all.
      if (settings.output().report()
          && summary.rowCount() > 0
          && (summary.totals().rows() > 0 || !Report.isThere(folder))) {
        report(session.spark(), folder);
      }
    }
    return DONE;
  }

  /** A session that is stopped at the end of a block. */
  private record Session(SparkSession spark) implements AutoCloseable {
    @Override
    public void close() {
      spark.stop();
    }
  }

  /** What is looked at before anything is written. */
  private record Prepared(CheckedInput rows, JobPlan plan, WavedJob job) {}

  private Prepared prepare(
      Session session,
      JobSettings settings,
      OutputFolder folder,
      ModelFacts facts,
      DecoderSettings decoder)
      throws IOException {
    SparkSession spark = session.spark();
    CheckedInput rows = InputCheck.check(spark, settings);
    JobPlan plan =
        JobPlan.of(
            settings,
            facts,
            rows,
            spark.sparkContext().defaultParallelism(),
            spark.sparkContext().conf());
    WavedJob job =
        new WavedJob(
            spark,
            settings,
            new GenerateJob(settings, decoder, generator),
            rows,
            folder,
            RunFingerprint.of(settings, rows, facts),
            console);
    return new Prepared(rows, plan, job);
  }

  private void plan(
      Session session,
      JobSettings settings,
      OutputFolder folder,
      ModelFacts facts,
      DecoderSettings decoder)
      throws IOException {
    Prepared prepared = prepare(session, settings, folder, facts, decoder);
    List<Line> lines = new ArrayList<>(prepared.plan().full());
    WavedJob.Work work = prepared.job().work();
    lines.add(prepared.plan().workLine(work));
    lines.add(new Line("waves", prepared.job().waves(work)));
    lines.addAll(prepared.plan().warnings());
    lines.addAll(prepared.plan().promptLines());
    console.block("Plan", lines);
    console.say(DRY_RUN);
  }

  private RunSummary run(
      Session session,
      JobSettings settings,
      OutputFolder folder,
      ModelFacts facts,
      DecoderSettings decoder,
      String runId,
      OutputLock lock,
      boolean bar)
      throws IOException {
    Prepared prepared = prepare(session, settings, folder, facts, decoder);
    TablePublisher table = table(session.spark(), settings.output(), prepared.rows());
    prepared.job().settle();
    WavedJob.Work work = prepared.job().work();
    List<Line> lines = new ArrayList<>(prepared.plan().brief());
    if (work.done() > 0) {
      lines.add(prepared.plan().workLine(work));
    }
    lines.addAll(prepared.plan().warnings());
    console.block("Generating", lines);
    long start = System.nanoTime();
    WaveResult result;
    try (ProgressDisplay display =
        new ProgressDisplay(work.toDo(settings.output().mode()), console, bar)) {
      result = prepared.job().run(runId, work, lock, display::committed);
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - start);
    RunSummary summary = summary(session.spark(), settings, prepared.rows(), runId, wall);
    console.block(
        result.rows() == 0 && work.done() > 0
            ? "Nothing to do"
            : String.format(Locale.ROOT, "Done in %s", Console.time(wall)),
        summary.lines(settings.output().path()));
    if (table != null && summary.rowCount() > 0) {
      merge(table, settings.output());
    }
    return summary;
  }

  private static TablePublisher table(
      SparkSession spark, JobSettings.Output output, CheckedInput rows) {
    if (output.table() == null) {
      return null;
    }
    TablePublisher table = new TablePublisher(spark, output, rows.nameColumns());
    table.prepare(OutputSchema.of(rows.rows().schema()));
    return table;
  }

  private void merge(TablePublisher table, JobSettings.Output output) {
    try {
      console.line(
          Line.of("table", "%s: %,d rows inserted or replaced", output.table(), table.merge()));
    } catch (Exception e) { // Spark throws checked exceptions that its signatures do not name.
      throw new IllegalStateException(
          "all rows are written to "
              + output.path()
              + ", but they cannot be merged into output.table = "
              + output.table()
              + ": "
              + FailureReason.of(e)
              + "; start the same command again when that is mended: nothing is decoded anew",
          e);
    }
  }

  private static RunSummary summary(
      SparkSession spark, JobSettings settings, CheckedInput rows, String runId, Duration wall) {
    try {
      return RunSummary.read(
          spark, settings, rows.rows().schema(), rows.prompt().idColumn(), runId, wall);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "all rows are written to "
              + settings.output().path()
              + ", but they cannot be summed up: "
              + FailureReason.of(e),
          e);
    }
  }

  /** The last line of the summary. Whatever keeps the report from being: the rows are written. */
  private void report(SparkSession spark, OutputFolder folder) {
    try {
      Report.write(spark, folder);
      console.line(new Line("report", folder.notePath(OutputFolder.REPORT)));
    } catch (Exception | Error e) {
      log.warn("the report could not be written", e);
      console.line(
          Line.of(
              "report",
              "not written: %s (the log has the trace); try again with ./submit.sh report --output"
                  + " %s",
              FailureReason.of(e),
              folder.path()));
    }
  }
}
