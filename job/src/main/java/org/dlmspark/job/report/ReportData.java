package org.dlmspark.job.report;

import java.util.List;
import java.util.Map;
import org.dlmspark.job.input.Answer;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.output.SlowRow;

/**
 * What a report tells of an output, read by {@link ReportReader}. Its size does not grow with the
 * rows.
 *
 * @param path the output, as the user wrote it
 * @param manifest settings, model and runs
 * @param runs what is there of each run, the earliest first
 * @param results rows by finish reason
 * @param errors rows with an error, by code
 * @param devices sums over rows by kind of device, such as {@code cpu} and {@code gpu}
 * @param speeds how fast the last runs were, the earliest first
 * @param distributions how rows differ from each other; empty if none was decoded
 * @param executors the executors that were busy longest, the busiest first
 * @param moreExecutors whether there are others
 * @param slowest the rows that took longest, the slowest first
 * @param samples a few rows with a completion, chosen by a hash of their names
 * @param answers how many completions of the output were right; null if it was not asked
 */
record ReportData(
    String path,
    Manifest manifest,
    List<RunRows> runs,
    Map<String, Long> results,
    List<ErrorRows> errors,
    Map<String, RowTotals> devices,
    List<Speed> speeds,
    List<Distribution> distributions,
    List<Executor> executors,
    boolean moreExecutors,
    List<SlowRow> slowest,
    List<Sample> samples,
    Answers answers) {

  /**
   * The rows of a run that are in the output.
   *
   * @param id the run's name
   * @param totals sums over them
   * @param decoded when they had a slot
   */
  record RunRows(String id, RowTotals totals, Period decoded) {}

  /**
   * A time, in seconds since 1970.
   *
   * @param from its begin
   * @param to its end
   */
  record Period(double from, double to) {

    /** Of nothing. */
    static final Period NONE = new Period(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

    /** From the first begin to the last end. */
    Period with(Period other) {
      return new Period(Math.min(from, other.from), Math.max(to, other.to));
    }

    /** Its length; 0 if there is none. */
    double seconds() {
      return Math.max(0, to - from);
    }
  }

  /**
   * Rows with an error of one code.
   *
   * @param code the code
   * @param rows how many
   * @param examples some of them
   */
  record ErrorRows(String code, long rows, List<Example> examples) {}

  /**
   * A row with an error.
   *
   * @param id its name
   * @param message what happened, shortened
   */
  record Example(String id, String message) {}

  /**
   * How fast a run was.
   *
   * @param run its name
   * @param buckets seconds since its first row had a slot
   * @param tokensPerSecond of each bucket
   */
  record Speed(String run, Buckets buckets, List<Double> tokensPerSecond) {}

  /**
   * How a number differs from row to row, by the length of the prompt.
   *
   * @param measure what it counts
   * @param groups prompts of similar length, the shortest first
   * @param buckets numbers that are counted together, up to the 99th percentile; the last bucket
   *     holds the rest
   */
  record Distribution(Measure measure, List<LengthGroup> groups, Buckets buckets) {}

  /** What is looked at in {@link Distribution}. */
  enum Measure {
    /** Milliseconds from the first denoising step to the last. */
    DECODE_MS("timing.decode_ms", 0.1),
    /** Milliseconds of waiting for a slot. */
    QUEUE_MS("timing.queue_ms", 0.1),
    /** Denoising steps. */
    STEPS("usage.steps", 1);

    private final String column;
    private final double finest;

    Measure(String column, double finest) {
      this.column = column;
      this.finest = finest;
    }

    /** The output's column. */
    String column() {
      return column;
    }

    /** The least width of a bucket. */
    double finest() {
      return finest;
    }
  }

  /**
   * Rows whose prompts have a similar length.
   *
   * @param fromTokens tokens of the shortest prompt
   * @param toTokens tokens of the longest prompt
   * @param rows how many
   * @param median half of them have no more
   * @param p90 nine of ten have no more
   * @param p99 99 of 100 have no more
   * @param most the largest number
   * @param counts rows by bucket
   */
  record LengthGroup(
      int fromTokens,
      int toTokens,
      long rows,
      double median,
      double p90,
      double p99,
      double most,
      List<Long> counts) {}

  /**
   * An executor of a run.
   *
   * @param run the run
   * @param name Spark's name of it
   * @param device where it computed
   * @param totals sums over its rows
   */
  record Executor(String run, String name, String device, RowTotals totals) {}

  /**
   * A row with its text.
   *
   * @param id its name
   * @param prompt the prompt, shortened
   * @param completion the completion, shortened
   * @param finishReason why it ended
   * @param tokens {@code usage.completion_tokens}
   * @param answer the answer in it; null if it was not asked for
   */
  record Sample(
      String id,
      String prompt,
      String completion,
      String finishReason,
      int tokens,
      Answer answer) {}

  /** Sums over all rows. */
  RowTotals totals() {
    return runs.stream().map(RunRows::totals).reduce(RowTotals.NONE, RowTotals::plus);
  }
}
