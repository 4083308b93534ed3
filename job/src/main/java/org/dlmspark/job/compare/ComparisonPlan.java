package org.dlmspark.job.compare;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.run.JobPlan;
import org.dlmspark.job.run.PlanLines;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.decode.GenerationSettings;

/**
 * What a comparison is going to do.
 *
 * @param settings the run's settings
 * @param grid the settings to compare, known to fit the model
 * @param rows the rows that all settings get
 * @param inputRows how many rows the input has
 * @param each the plan for one setting
 */
public record ComparisonPlan(
    JobSettings settings, CompareGrid grid, CheckedInput rows, long inputRows, JobPlan each) {

  /**
   * Makes the plan.
   *
   * @param settings the run's settings
   * @param grid the settings to compare, known to fit the model
   * @param model the checked model
   * @param input the checked input
   * @param limit the most rows to use of it; 0 for all
   * @param parallelism tasks that Spark can run at the same time, as of now
   * @param conf Spark's configuration
   * @return the plan
   * @throws RefusedException if there are no rows, or a column of the input is in the way
   */
  public static ComparisonPlan of(
      JobSettings settings,
      CompareGrid grid,
      ModelFacts model,
      CheckedInput input,
      int limit,
      int parallelism,
      SparkConf conf) {
    CheckedInput rows = RowChoice.choose(input, settings.input().path(), grid.keys(), limit);
    return new ComparisonPlan(
        settings, grid, rows, input.count(), JobPlan.of(settings, model, rows, parallelism, conf));
  }

  /**
   * Looks how the rows will fare under each setting.
   *
   * @throws RefusedException naming the setting under which every row would have an error
   */
  public void refuseHopeless() {
    Set<List<Integer>> known = new HashSet<>();
    for (CompareGrid.Entry entry : grid.entries()) {
      GenerationSettings generation = entry.generation();
      List<Integer> space =
          List.of(
              generation.genLength(),
              generation.blockLength() == null ? 0 : generation.blockLength(),
              generation.branches());
      if (!known.add(space) && rows.rowKeys().isEmpty()) {
        continue; // nothing else decides whether a prompt fits
      }
      JobPlan plan =
          new JobPlan(
              settings.with(entry.generation()),
              each.model(),
              rows,
              each.partitions(),
              each.gpu(),
              each.here());
      try {
        plan.outlook(rows.rows(), rows.count()).refuseHopeless(0);
      } catch (RefusedException e) {
        throw CompareGrid.refused(grid.source(), entry.name(), e);
      }
    }
  }

  /** The plan in a few lines, for the start of a comparison. */
  public List<Line> brief() {
    List<Line> lines = new ArrayList<>(subject());
    lines.add(outputLine());
    return lines;
  }

  /** The whole plan, with what each setting is, for {@code --dry-run}. */
  public List<Line> full() {
    List<Line> lines = new ArrayList<>(subject());
    grid.entries().forEach(entry -> lines.add(new Line("", entry.name() + ": " + entry.text())));
    lines.add(outputLine());
    return lines;
  }

  /** What the comparison is of. */
  List<Line> subject() {
    PlanLines plan = new PlanLines(each);
    return List.of(
        plan.model(),
        Line.of(
            "input",
            "%s: %,d of %,d rows in %,d %s",
            settings.input().path(),
            rows.count(),
            inputRows,
            each.partitions(),
            each.partitions() == 1 ? "task" : "tasks"),
        plan.generation(),
        plan.batch(),
        Line.of(
            "compared",
            "%,d settings of %s, each laid over the run's own; the baseline is %s",
            grid.entries().size(),
            grid.source(),
            grid.baseline().name()));
  }

  private Line outputLine() {
    return new Line("output", settings.output().path());
  }
}
