package org.dlmspark.job.command;

import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.compare.CompareGrid;
import org.dlmspark.job.compare.CompareGridReader;
import org.dlmspark.job.compare.Comparison;
import org.dlmspark.job.compare.ComparisonFolder;
import org.dlmspark.job.compare.ComparisonPlan;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.InputCheck;
import org.dlmspark.job.input.ModelCheck;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.output.OutputCheck;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;
import org.dlmspark.job.output.Overlap;
import org.dlmspark.job.run.Interruption;
import org.dlmspark.job.run.RowGenerator;
import org.dlmspark.job.run.RunId;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.DecodingTraits;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code compare}: which setting is fast enough, and still good enough? */
@Command(
    name = "compare",
    description = {
      "Runs the same prompts through several settings and prints and writes a table: speed,"
          + " positions computed, likeness to the completions of the setting \"none\" (else of the"
          + " first), and right answers."
    },
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed while running",
      "2:refused before anything was decoded",
      "3:done, but more rows have an error than job.fail-on-errors allows"
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  ./submit.sh compare --model /models/LLaDA-8B-Instruct --input prompts.parquet \\",
      "      --output compared --set generation.gen-length=256 --answer-column answer",
      "",
      "tokens/s counts completion tokens for each second that a decoder was busy, so that Spark's"
          + " own time does not blur a small sample."
    })
final class CompareCommand implements Callable<Integer> {

  @Mixin private RunOptions options;

  @Option(
      names = "--limit",
      paramLabel = "ROWS",
      defaultValue = "64",
      description =
          "The most rows, chosen by a hash of their ids, the same for every setting; 0: all."
              + " Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--grid",
      paramLabel = "FILE",
      description = {
        "The settings to compare, in HOCON:",
        "  settings = [",
        "    { name = \"none\", cache.policy = none }",
        "    { name = \"decode 4\", cache.refresh-interval = 4 }",
        "  ]",
        "each over the run's own. Default: every cache policy, and decoding by a threshold"
            + " (compare-grid.conf)."
      })
  private Path gridFile;

  @Option(
      names = "--answer-column",
      paramLabel = "NAME",
      description = "The column with the right answers; short for --set check.answer-column=NAME.")
  private String answerColumn;

  @Option(
      names = "--answer-pattern",
      paramLabel = "REGEX",
      description =
          "Finds the answer in a completion, by its one group; short for --set"
              + " check.answer-pattern=REGEX. Default: the number after ####.")
  private String answerPattern;

  @Spec private CommandSpec spec;

  private final Console console;
  private final RowGenerator generator;

  CompareCommand(Console console, RowGenerator generator) {
    this.console = console;
    this.generator = generator;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    JobSettings settings = options.settings(answerSettings());
    CompareGrid named =
        gridFile == null ? null : CompareGridReader.read(gridFile, settings.generation());
    SparkConf conf = new SparkConf();
    boolean shipped = Sessions.shipsModel(settings.decoder().modelPath(), conf);
    Checked early = shipped ? null : checkModel(settings, named);
    // Before Spark starts, since with it executors begin to load the model.
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
    OutputCheck.check(settings, hadoop, ComparisonFolder.WRITTEN);
    Sessions.requireDevice(settings.decoder(), conf);
    DecoderSettings decoder = Sessions.forExecutors(settings.decoder(), conf);
    if (options.dryRun()) {
      try (Interruption interruption = Interruption.of(console, "nothing was written")) {
        SparkSession spark = Sessions.start(conf, settings.job().name());
        try {
          ComparisonPlan plan = plan(spark, settings, named, early);
          console.block("Plan", plan.full());
          plan.refuseHopeless();
          console.say(DlmSparkCommand.DRY_RUN);
          interruption.tooLate();
        } finally {
          spark.stop();
        }
      }
      return DlmSparkCommand.DONE;
    }
    OutputFolder folder = new OutputFolder(settings.output().path(), hadoop);
    String runId = RunId.next();
    try (OutputLock lock = OutputLock.acquire(folder, runId);
        Interruption interruption =
            Interruption.of(console, Comparison.left(folder.path()), lock)) {
      DecoderSettings first = named == null ? decoder : named.firstDecoder(decoder);
      SparkSession spark = Sessions.start(conf, settings.job().name(), Optional.of(first));
      try {
        ComparisonPlan plan = plan(spark, settings, named, early);
        plan.refuseHopeless();
        console.block("Comparing", plan.brief());
        lock.check();
        Comparison comparison = new Comparison(spark, plan, folder, decoder, generator, console);
        boolean failed = comparison.run(runId, origin(spark.sparkContext()));
        interruption.tooLate();
        return failed ? DlmSparkCommand.ERRORS : DlmSparkCommand.DONE;
      } finally {
        spark.stop();
      }
    }
  }

  private void checkOptions() {
    if (!spec.commandLine().getParent().getParseResult().matchedOptions().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "options of compare stand behind it: compare --config FILE ...");
    }
    if (limit < 0) {
      throw new RefusedException("--limit " + limit + ": must be a number of rows, or 0 for all");
    }
  }

  /** In quotes, since a pattern may begin with a bracket, which would be read as a list. */
  private List<String> answerSettings() {
    List<String> settings = new ArrayList<>();
    if (answerColumn != null) {
      settings.add("check.answer-column=" + ConfigUtil.quoteString(answerColumn));
    }
    if (answerPattern != null) {
      settings.add("check.answer-pattern=" + ConfigUtil.quoteString(answerPattern));
    }
    return settings;
  }

  /** A model and the settings to try with it, which fit. */
  private record Checked(ModelFacts model, CompareGrid grid) {}

  private static Checked checkModel(JobSettings settings, CompareGrid named) {
    ModelFacts facts = ModelCheck.check(settings);
    CompareGrid grid =
        named != null
            ? named
            : CompareGridReader.byDefault(
                DecodingTraits.of(facts.config(), settings.decoder().attention()),
                settings.generation());
    grid.checkFits(facts.config(), settings.decoder());
    return new Checked(facts, grid);
  }

  /** What to do; the model is looked at where the driver has it only now. */
  private ComparisonPlan plan(
      SparkSession spark, JobSettings settings, CompareGrid named, Checked early) {
    Checked checked = early == null ? checkModel(settings, named) : early;
    CheckedInput input = InputCheck.check(spark, settings);
    SparkContext context = spark.sparkContext();
    new Overlap(settings, context.hadoopConfiguration()).check(List.of(input.rows().inputFiles()));
    return ComparisonPlan.of(
        settings,
        checked.grid(),
        checked.model(),
        input,
        limit,
        context.defaultParallelism(),
        context.conf());
  }

  /** Where and when the comparison is done, and by which version. */
  private static List<Line> origin(SparkContext context) {
    return List.of(
        Line.of(
            "Spark",
            "%s, %,d tasks at the same time",
            context.master(),
            context.defaultParallelism()),
        new Line("version", CommandVersion.line()),
        new Line("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
  }
}
