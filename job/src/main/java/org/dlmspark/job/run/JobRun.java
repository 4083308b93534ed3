package org.dlmspark.job.run;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.InputCheck;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;
import org.dlmspark.job.output.TablePublisher;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.FailureReason;

/**
 * One run of the job, as long as there is a session: the last checks, the plan, the work, its
 * summary, and the merge into a table.
 */
public final class JobRun {

  private final SparkSession spark;
  private final JobSettings settings;
  private final Console console;
  private final CheckedInput input;
  private final PlanLines plan;
  private final OutputRows output;
  private final RunJournal journal;
  private final WavedJob job;

  /**
   * Looks at the input and at what there is of the output; writes nothing.
   *
   * @param spark the session
   * @param settings the run's settings
   * @param folder the output
   * @param model the checked model
   * @param decoder the decoder to use, its model path as the executors can find it
   * @param generator makes the function that decodes
   * @param console where it is said what is done
   * @throws RefusedException if the input or the output does not fit
   */
  public JobRun(
      SparkSession spark,
      JobSettings settings,
      OutputFolder folder,
      ModelFacts model,
      DecoderSettings decoder,
      RowGenerator generator,
      Console console)
      throws IOException {
    this.spark = spark;
    this.settings = settings;
    this.console = console;
    input = InputCheck.check(spark, settings);
    SparkContext context = spark.sparkContext();
    int parallelism = context.defaultParallelism();
    plan = new PlanLines(JobPlan.of(settings, model, input, parallelism, context.conf()));
    output = new OutputRows(spark, folder, input);
    journal = new RunJournal(spark, settings, folder, RunFingerprint.of(settings, input, model));
    job =
        new WavedJob(
            settings,
            new GenerateJob(settings, decoder, generator),
            input,
            folder,
            output,
            journal,
            parallelism,
            console);
  }

  /** Says all that a run would do. */
  public void plan() throws IOException {
    List<Line> lines = new ArrayList<>(plan.full());
    Work work = job.work();
    lines.add(plan.work(work));
    lines.add(new Line("waves", job.waves(work)));
    lines.addAll(plan.warnings());
    lines.addAll(plan.prompts());
    console.block("Plan", lines);
  }

  /**
   * Does what is to do, and says what came of it.
   *
   * @param runId the run's name
   * @param lock the output's, held by this run
   * @param bar whether progress is shown to a person, as a bar
   * @return what is in the output now
   */
  public RunSummary run(String runId, OutputLock lock, boolean bar) throws IOException {
    TablePublisher table = table();
    journal.settle();
    Work work = job.work();
    List<Line> lines = new ArrayList<>(plan.brief());
    if (work.done() > 0) {
      lines.add(plan.work(work));
    }
    lines.addAll(plan.warnings());
    console.block("Generating", lines);
    long start = System.nanoTime();
    WaveResult result;
    try (ProgressDisplay display =
        new ProgressDisplay(work.toDo(settings.output().mode()), console, bar)) {
      result = job.run(runId, work, lock, display::committed);
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - start);
    RunSummary summary = summary(runId, wall);
    console.block(
        result.rows() == 0 && work.done() > 0
            ? "Nothing to do"
            : String.format(Locale.ROOT, "Done in %s", Console.time(wall)),
        new SummaryLines(summary).all(settings.output().path()));
    if (table != null && summary.rowCount() > 0) {
      merge(table);
    }
    return summary;
  }

  private TablePublisher table() {
    if (settings.output().table() == null) {
      return null;
    }
    TablePublisher table = new TablePublisher(spark, settings.output(), input.nameColumns());
    table.prepare(OutputSchema.of(input.rows().schema()));
    return table;
  }

  private void merge(TablePublisher table) {
    String name = settings.output().table();
    try {
      console.line(Line.of("table", "%s: %,d rows inserted or replaced", name, table.merge()));
    } catch (Exception e) { // Spark throws checked exceptions that its signatures do not name.
      throw new IllegalStateException(
          "all rows are written to "
              + settings.output().path()
              + ", but they cannot be merged into output.table = "
              + name
              + ": "
              + FailureReason.of(e)
              + "; start the same command again when that is mended: nothing is decoded anew",
          e);
    }
  }

  private RunSummary summary(String runId, Duration wall) {
    try {
      return RunSummary.read(output.committed(), settings, input.prompt().idColumn(), runId, wall);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "all rows are written to "
              + settings.output().path()
              + ", but they cannot be summed up: "
              + FailureReason.of(e),
          e);
    }
  }
}
