package org.dlmspark.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.InputCheck.CheckedInput;
import org.dlmspark.job.ModelCheck.ModelFacts;
import org.dlmspark.udf.DecoderSettings;
import org.dlmspark.udf.FailureReason;
import org.dlmspark.udf.GenerateUdf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: reads settings, checks, runs, and reports. */
@Command(
    name = "dlm-spark",
    description = "Generates text in bulk with a masked diffusion language model on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = DlmSparkCommand.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed while running", "2:refused before anything was decoded"},
    footerHeading = "%n",
    footer =
        "All settings and their defaults are in the README and in reference.conf. An option wins"
            + " over --set, --set over the file.")
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

  static int execute(Console console, RowGenerator generator, String... args) {
    return new CommandLine(new DlmSparkCommand(console, generator))
        .addSubcommand(new CompareCommand(console, generator))
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
    return similar.isEmpty()
        ? "; arguments for spark-submit stand before a --, as in --master yarn -- --config FILE"
        : "; did you mean " + similar.get(0) + "?";
  }

  @Override
  public Integer call() {
    JobSettings settings = options.settings(List.of());
    SparkConf conf = new SparkConf();
    boolean shipped = Sessions.shipsModel(settings.decoder().modelPath(), conf);
    ModelFacts early = shipped ? null : ModelCheck.check(settings);
    // Before Spark starts, since with it executors begin to load the model.
    OutputCheck.check(settings, SparkHadoopUtil.get().newConfiguration(conf), OutputCheck.TABLE);
    DecoderSettings decoder = Sessions.forExecutors(settings.decoder(), conf);
    SparkSession spark =
        Sessions.start(conf, settings.job().name(), options.dryRun() ? null : decoder);
    try {
      run(spark, settings, decoder, shipped ? ModelCheck.check(settings) : early);
    } finally {
      spark.stop();
    }
    return DONE;
  }

  private void run(
      SparkSession spark, JobSettings settings, DecoderSettings decoder, ModelFacts facts) {
    CheckedInput rows = InputCheck.check(spark, settings);
    JobPlan plan =
        JobPlan.of(
            settings,
            facts,
            rows,
            spark.sparkContext().defaultParallelism(),
            spark.sparkContext().conf());
    if (options.dryRun()) {
      console.block("Plan", plan.full());
      console.say(DRY_RUN);
      return;
    }
    console.block("Generating", plan.brief());
    Duration wall =
        new GenerateJob(settings, decoder, generator).run(rows, plan.partitions(), newRunId());
    RunSummary summary = summary(spark, settings, rows, wall);
    console.block(
        String.format(Locale.ROOT, "Done in %,.1f s", wall.toMillis() / 1000.0),
        summary.lines(settings.output().path()));
  }

  /** What was written, compared with what there was to do. */
  private static RunSummary summary(
      SparkSession spark, JobSettings settings, CheckedInput rows, Duration wall) {
    String output = settings.output().path();
    RunSummary summary;
    try {
      summary = RunSummary.read(spark, settings, rows.rows().schema(), rows.idColumn(), wall);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "all rows are written to "
              + output
              + ", but they cannot be summed up: "
              + FailureReason.of(e),
          e);
    }
    if (summary.rowCount() != rows.count()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "input.path = %s had %,d rows when it was checked, and %,d were written to %s: the"
                  + " input changed meanwhile, or its reader drops rows (input.options)",
              settings.input().path(),
              rows.count(),
              summary.rowCount(),
              output));
    }
    return summary;
  }

  /** Sorts by time and differs between runs of the same second. */
  static String newRunId() {
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    return String.format(Locale.ROOT, "%s-%04x", time, new SecureRandom().nextInt(1 << 16));
  }

  /** Reads the version that the build wrote. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      Properties properties = new Properties();
      try (InputStream stream = Version.class.getResourceAsStream("version.properties")) {
        properties.load(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new String[] {"dlm-spark " + properties.getProperty("version")};
    }
  }
}
