package org.dlmspark.job.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.Trace;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.InputCheck;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;
import org.dlmspark.job.output.Overlap;
import org.dlmspark.job.output.TablePublisher;
import org.dlmspark.job.settings.ChangedRows;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;
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
  private final Trace trace;
  private final CheckedInput input;
  private final JobPlan plan;
  private final PlanLines lines;
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
   * @param trace told of each step
   * @throws RefusedException if the input or the output does not fit
   */
  public JobRun(
      SparkSession spark,
      JobSettings settings,
      OutputFolder folder,
      ModelFacts model,
      DecoderSettings decoder,
      RowGenerator generator,
      Console console,
      Trace trace)
      throws IOException {
    this.spark = spark;
    this.settings = settings;
    this.console = console;
    this.trace = trace;
    input = InputCheck.check(spark, settings).on(RunFingerprint.day(settings, folder));
    SparkContext context = spark.sparkContext();
    trace.ended("input opened and its ids checked");
    new Overlap(settings, context.hadoopConfiguration()).check(List.of(input.rows().inputFiles()));
    int parallelism = context.defaultParallelism();
    plan = JobPlan.of(settings, model, input, parallelism, context.conf());
    lines = new PlanLines(plan);
    output = new OutputRows(spark, folder, input, settings.output());
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

  /**
   * Says all that a run would do.
   *
   * @throws RefusedException if every row to do would have an error
   */
  public void plan() throws IOException {
    List<Line> all = new ArrayList<>(lines.full());
    Work work = work();
    all.addAll(lines.work(work));
    all.add(new Line("waves", job.waves(work)));
    all.addAll(lines.warnings());
    OutlookLines outlook = outlook(work);
    all.addAll(outlook.all());
    all.addAll(lines.firstPrompt());
    trace.ended("prompts looked at");
    console.block("Plan", all);
    outlook.refuseHopeless(work.good());
  }

  /** How the rows to do will fare. */
  private OutlookLines outlook(Work work) {
    OutlookLines outlook = plan.outlook(job.toDo(work), work.toDo());
    trace.ended("prompts looked at");
    return outlook;
  }

  /**
   * Does what is to do, and says what came of it.
   *
   * @param runId the run's name
   * @param lock the output's, held by this run
   * @param bar whether progress is shown to a person, as a bar
   * @return what is in the output now
   * @throws RefusedException if every row to do would have an error
   */
  public RunSummary run(String runId, OutputLock lock, boolean bar) throws IOException {
    if (settings.output().mode() != OutputMode.OVERWRITE) {
      journal.settle();
    }
    Work work = work();
    OutlookLines outlook = outlook(work);
    outlook.refuseHopeless(work.good());
    TablePublisher table = table();
    if (settings.output().mode() == OutputMode.OVERWRITE) {
      journal.settle(); // what is there goes once nothing can be refused any more
    }
    List<Line> all = new ArrayList<>(lines.brief());
    if (work.done() > 0) {
      all.addAll(lines.work(work));
    }
    all.addAll(lines.warnings());
    all.addAll(outlook.all());
    console.block("Generating", all);
    try (ProgressDisplay display = new ProgressDisplay(work.toDo(), console, bar)) {
      job.run(runId, work, lock, display::committed);
    }
    trace.ended("rows generated and committed, the model loaded for the first");
    RunSummary summary = summary();
    trace.ended("rows summed up");
    console.block(
        summary.run() == null
            ? "Nothing to do"
            : String.format(Locale.ROOT, "Done in %s", Console.time(summary.run().took())),
        new SummaryLines(summary).all(settings.output().path()));
    if (table != null && summary.rowCount() > 0) {
      lock.check();
      merge(table);
      trace.ended("rows merged into the table");
    }
    return summary;
  }

  private Work work() throws IOException {
    Work work = job.work();
    trace.ended("rows to do counted");
    if (work.changed() > 0 && settings.output().changed() == ChangedRows.FAIL) {
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "output.changed = fail: of %,d of the %,d rows in output.path = %s the input asks"
                  + " something else now, by its prompt or by settings of its own, such as %s: set"
                  + " output.changed = redo to decode them anew, or output.changed = keep to leave"
                  + " them as they are",
              work.changed(),
              work.done(),
              settings.output().path(),
              work.example()));
    }
    return work;
  }

  private TablePublisher table() {
    if (settings.output().table() == null) {
      return null;
    }
    TablePublisher table = new TablePublisher(spark, settings.output(), input.nameColumns());
    table.prepare(input.outputSchema());
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

  private RunSummary summary() {
    try {
      return RunSummary.read(
          output.committed(), settings, input.prompt().idColumn(), journal.noted());
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
