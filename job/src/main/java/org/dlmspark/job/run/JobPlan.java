package org.dlmspark.job.run;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.model.CpuMatrixUnits;

/**
 * What a run is going to do.
 *
 * @param settings the run's settings
 * @param model the model
 * @param input the checked input
 * @param partitions tasks that the rows are spread over
 * @param gpu whether the executors compute on a GPU, as far as the driver can tell
 * @param here whether they run on the driver's machine
 */
public record JobPlan(
    JobSettings settings,
    ModelFacts model,
    CheckedInput input,
    int partitions,
    boolean gpu,
    boolean here) {

  /** A task should be worth its start, and a decoder's batch should fill. */
  private static final long LEAST_ROWS = 32;

  /** A task that is lost is decoded again: so much and no more. */
  static final long MOST_ROWS = 2048;

  /**
   * Makes the plan.
   *
   * @param settings the run's settings
   * @param model the checked model
   * @param input the checked input
   * @param parallelism tasks that Spark can run at the same time, as of now
   * @param conf Spark's configuration
   * @return the plan
   */
  public static JobPlan of(
      JobSettings settings, ModelFacts model, CheckedInput input, int parallelism, SparkConf conf) {
    int partitions = partitions(settings.job(), input.count(), parallelism);
    String device = settings.decoder().device();
    boolean gpu =
        device.startsWith("gpu")
            || (device.equals("auto")
                && !conf.get("spark.executor.resource.gpu.amount", "0").equals("0"));
    boolean here = conf.get("spark.master", "").startsWith("local");
    return new JobPlan(settings, model, input, partitions, gpu, here);
  }

  /**
   * The number of tasks.
   *
   * @param job how the work is cut up
   * @param rows rows to do
   * @param parallelism tasks that can run at the same time
   * @return what the settings say, or else what is best
   */
  static int partitions(JobSettings.Job job, long rows, int parallelism) {
    return job.partitions() > 0 ? job.partitions() : choosePartitions(rows, parallelism);
  }

  /**
   * Chooses the number of tasks: two for each core, so that no core waits long for the last one;
   * more if a task would hold over 2048 rows; fewer if it would hold under 32.
   *
   * @param rows input rows
   * @param parallelism tasks that can run at the same time
   * @return at least 1
   */
  static int choosePartitions(long rows, int parallelism) {
    long wanted = Math.max(2L * parallelism, ceilDiv(rows, MOST_ROWS));
    return (int) Math.max(1, Math.min(wanted, ceilDiv(rows, LEAST_ROWS)));
  }

  private static long ceilDiv(long number, long by) {
    return (number + by - 1) / by;
  }

  /**
   * Looks how rows will fare; makes tokens of some thousand prompts, on the driver.
   *
   * @param rows rows of the input
   * @param count how many they are
   * @return what was found
   */
  public OutlookLines outlook(Dataset<Row> rows, long count) {
    return new OutlookLines(new RowSample(this).look(rows, count), settings, model.config());
  }

  /** In which numbers decoders compute, as far as it can be told before they are there. */
  PlannedNumbers numbers() {
    return PlannedNumbers.before(settings.decoder().dtype(), model.config().storedType(), gpu);
  }

  /**
   * As above, and where the executors' CPU is the driver's it is asked, for which PyTorch is
   * loaded.
   */
  PlannedNumbers askedNumbers() {
    return here
        ? PlannedNumbers.asked(
            settings.decoder().dtype(), model.config().storedType(), gpu, CpuMatrixUnits::ask)
        : numbers();
  }

  /** What a decoder needs of its device's memory. */
  MemoryEstimate memory(PlannedNumbers numbers) {
    return MemoryEstimate.of(
        model.config(), model.parameters(), numbers.type(), settings.decoder().maxTokens());
  }
}
