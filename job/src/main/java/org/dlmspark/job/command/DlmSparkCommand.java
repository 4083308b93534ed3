package org.dlmspark.job.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.MachineLimit;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.Trace;
import org.dlmspark.job.input.ModelCheck;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.output.OutputCheck;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;
import org.dlmspark.job.report.Report;
import org.dlmspark.job.run.ErrorVerdict;
import org.dlmspark.job.run.Interruption;
import org.dlmspark.job.run.JobRun;
import org.dlmspark.job.run.RowGenerator;
import org.dlmspark.job.run.RunId;
import org.dlmspark.job.run.RunSummary;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.LocaleCheck;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.GenerateUdf;
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
      "3:done, but more rows have an error than job.fail-on-errors allows",
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
      "All settings and their defaults are in docs/settings.md and in reference.conf. An option"
          + " wins over --set, --set over the file."
    })
public final class DlmSparkCommand implements Callable<Integer> {

  /** All rows are written. */
  public static final int DONE = 0;

  /** The run began and did not end well. */
  public static final int FAILED = 1;

  /** Nothing was decoded, since something was not fit. */
  public static final int REFUSED = 2;

  /** All rows are written, and more of them have an error than is allowed. */
  static final int ERRORS = 3;

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
   * @return the exit code: 0 done, 1 failed while running, 2 refused before any decoding, 3 done
   *     with more errors than are allowed
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
   * @return the exit code: 0 done, 1 failed while running, 2 refused before any decoding, 3 done
   *     with more errors than are allowed
   */
  public static int execute(Console console, RowGenerator generator, String... args) {
    try {
      LocaleCheck.ofThisProcess().arguments(args);
    } catch (RefusedException e) {
      console.error(e.getMessage());
      return REFUSED;
    }
    return line(console, generator).execute(args);
  }

  /** The command line with all its commands. */
  static CommandLine line(Console console, RowGenerator generator) {
    return new CommandLine(new DlmSparkCommand(console, generator))
        .addSubcommand(new CompareCommand(console, generator))
        .addSubcommand(new BenchCommand(console))
        .addSubcommand(new InspectCommand(console))
        .addSubcommand(new ReportCommand(console))
        .addSubcommand(new CompletionCommand(console))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                "dumb".equals(System.getenv().getOrDefault("TERM", "dumb"))
                    ? CommandLine.Help.Ansi.OFF
                    : CommandLine.Help.Ansi.AUTO)) // which knows NO_COLOR
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
              console.error(
                  "failed: "
                      + MachineLimit.withRemedy(FailureReason.of(exception), "")
                      + " (the log has the trace)");
              return FAILED;
            });
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
    Trace trace = Trace.ofThisProcess();
    JobSettings settings = options.settings(List.of());
    int code = run(settings, trace);
    if (settings.job().trace()) {
      trace.ended("Spark stopped");
      console.block("Where the time went", trace.lines());
    }
    return code;
  }

  private int run(JobSettings settings, Trace trace) throws IOException {
    SparkConf conf = new SparkConf();
    boolean shipped = Sessions.shipsModel(settings.decoder().modelPath(), conf);
    ModelFacts early = shipped ? null : ModelCheck.check(settings);
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    OutputCheck.check(settings, hadoop, OutputCheck.TABLE);
    OutputFolder folder = new OutputFolder(settings.output().path(), hadoop);
    Sessions.requireDevice(settings.decoder(), conf);
    DecoderSettings decoder = Sessions.forExecutors(settings.decoder(), conf);
    Sessions.requireMaster(conf);
    trace.ended("settings, model folder and output looked at");
    if (options.dryRun()) {
      try (Interruption interruption = Interruption.of(console, "nothing was written");
          Session session = new Session(Sessions.start(conf, settings.job().name()))) {
        trace.ended("Spark started");
        ModelFacts model = shipped ? ModelCheck.check(settings) : early;
        jobRun(session, settings, folder, model, decoder, trace).plan();
        interruption.tooLate();
        console.say(DRY_RUN);
      }
      return DONE;
    }
    String runId = RunId.next();
    boolean bar = Sessions.instead(conf);
    // Where the last run left nothing to do, the model most likely has nothing to do either.
    boolean again = settings.output().mode() != OutputMode.OVERWRITE && folder.isDone();
    Optional<DecoderSettings> ahead = again ? Optional.empty() : Optional.of(decoder);
    // Before Spark starts, since with it executors begin to load the model.
    try (OutputLock lock = OutputLock.acquire(folder, runId);
        Interruption interruption = Interruption.ofRun(console, folder, runId, lock);
        Session session = new Session(Sessions.start(conf, settings.job().name(), ahead))) {
      trace.ended("output locked, Spark started");
      ModelFacts model = shipped ? ModelCheck.check(settings) : early;
      RunSummary summary =
          jobRun(session, settings, folder, model, decoder, trace).run(runId, lock, bar);
      interruption.tooLate();
      if (settings.output().report()
          && summary.rowCount() > 0
          && (summary.totals().rows() > 0 || !Report.isCurrent(folder, settings.check()))) {
        report(session.spark(), folder, settings.check());
        trace.ended("report written");
      }
      if (summary.rowCount() == 0) {
        console.error("input.path = " + settings.input().path() + " has no rows: none are written");
      }
      ErrorVerdict verdict = ErrorVerdict.of(summary, settings.job().failOnErrors());
      if (verdict.isAlarming()) {
        console.error(
            verdict.message(
                "the summary names the errors, and --set output.mode=retry-failed does these rows"
                    + " anew"));
      }
      return verdict.tooMany() ? ERRORS : DONE;
    }
  }

  /** A session that is stopped at the end of a block. */
  private record Session(SparkSession spark) implements AutoCloseable {
    @Override
    public void close() {
      spark.stop();
    }
  }

  private JobRun jobRun(
      Session session,
      JobSettings settings,
      OutputFolder folder,
      ModelFacts model,
      DecoderSettings decoder,
      Trace trace)
      throws IOException {
    return new JobRun(session.spark(), settings, folder, model, decoder, generator, console, trace);
  }

  /** The last line of the summary. Whatever keeps the report from being: the rows are written. */
  private void report(SparkSession spark, OutputFolder folder, JobSettings.Check check) {
    try {
      Report.write(spark, folder, check);
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
