package org.dlmspark.job.command;

import com.typesafe.config.ConfigUtil;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.compare.CompareGrid;
import org.dlmspark.job.compare.Comparison;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.InputCheck;
import org.dlmspark.job.input.ModelCheck;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.output.OutputCheck;
import org.dlmspark.job.run.JobPlan;
import org.dlmspark.job.run.PlanLines;
import org.dlmspark.job.run.RowGenerator;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.service.DecoderSettings;
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
    exitCodeList = {"0:done", "1:failed while running", "2:refused before anything was decoded"},
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
  public Integer call() {
    checkOptions();
    JobSettings settings = options.settings(answerSettings());
    CompareGrid grid = CompareGrid.read(gridFile, settings.generation());
    SparkConf conf = new SparkConf();
    boolean shipped = Sessions.shipsModel(settings.decoder().modelPath(), conf);
    ModelFacts early = shipped ? null : checkModel(settings, grid);
    // Before Spark starts, since with it executors begin to load the model.
    OutputCheck.check(settings, SparkHadoopUtil.get().newConfiguration(conf), Comparison.WRITTEN);
    DecoderSettings decoder = Sessions.forExecutors(settings.decoder(), conf);
    SparkSession spark =
        Sessions.start(conf, settings.job().name(), options.dryRun() ? null : decoder);
    try {
      run(
          new Comparison(spark, settings, grid, decoder, generator, console),
          spark,
          settings,
          grid,
          shipped ? checkModel(settings, grid) : early);
    } finally {
      spark.stop();
    }
    return DlmSparkCommand.DONE;
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

  private static ModelFacts checkModel(JobSettings settings, CompareGrid grid) {
    ModelFacts facts = ModelCheck.check(settings);
    for (CompareGrid.Entry entry : grid.entries()) {
      try {
        ModelCheck.checkFits(facts.config(), entry.generation(), settings.decoder());
      } catch (RefusedException e) {
        throw grid.refused(entry.name(), e);
      }
    }
    return facts;
  }

  private void run(
      Comparison comparison,
      SparkSession spark,
      JobSettings settings,
      CompareGrid grid,
      ModelFacts facts) {
    CheckedInput all = InputCheck.check(spark, settings);
    CheckedInput rows = comparison.choose(all, limit);
    SparkContext context = spark.sparkContext();
    JobPlan plan = JobPlan.of(settings, facts, rows, context.defaultParallelism(), context.conf());
    PlanLines lines = new PlanLines(plan);
    List<Line> head = new ArrayList<>();
    head.add(lines.model());
    head.add(
        Line.of(
            "input",
            "%s: %,d of %,d rows in %,d %s",
            settings.input().path(),
            rows.count(),
            all.count(),
            plan.partitions(),
            plan.partitions() == 1 ? "task" : "tasks"));
    head.add(lines.generation());
    head.add(lines.batch());
    head.add(
        Line.of(
            "compared",
            "%,d settings of %s, each laid over the run's own; the baseline is %s",
            grid.entries().size(),
            grid.source(),
            grid.baseline().name()));
    List<Line> shown = new ArrayList<>(head);
    if (options.dryRun()) {
      grid.entries().forEach(entry -> shown.add(new Line("", entry.name() + ": " + entry.text())));
    }
    shown.add(new Line("output", settings.output().path()));
    if (options.dryRun()) {
      console.block("Plan", shown);
      console.say(DlmSparkCommand.DRY_RUN);
      return;
    }
    console.block("Comparing", shown);
    head.add(
        Line.of(
            "Spark",
            "%s, %,d tasks at the same time",
            context.master(),
            context.defaultParallelism()));
    head.add(new Line("version", CommandVersion.line()));
    head.add(new Line("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
    comparison.run(rows, plan, head);
  }
}
