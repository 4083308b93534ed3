package org.dlmspark.udf;

import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;
import org.dlmspark.udf.plugin.DlmDriverPlugin;
import org.dlmspark.udf.plugin.DlmExecutorPlugin;
import org.dlmspark.udf.plugin.ExecutorStates;
import org.dlmspark.udf.service.DecoderSettings;

/**
 * Lets executors load their decoder while the job still prepares, and finds the rows that end their
 * process. Use it with {@code spark.plugins=org.dlmspark.udf.DlmSparkPlugin} and the settings under
 * {@link DecoderSettings#CONF}; without these the first task loads the decoder, and without the
 * plugin a row that ends its process does so at each attempt of its task.
 *
 * <p>What is known of such rows is in the driver's memory and nowhere else: a new driver begins
 * without it. With a local master there is nothing to find, since driver and executor are one
 * process.
 */
public final class DlmSparkPlugin implements SparkPlugin {

  /** For Spark, which makes plugins by name. */
  public DlmSparkPlugin() {}

  /**
   * How far the executors are, as the driver knows it.
   *
   * @return the states of the application that runs in this process, or ran last
   */
  public static ExecutorStates executors() {
    return ExecutorStates.ofThisProcess();
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new DlmDriverPlugin();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new DlmExecutorPlugin();
  }
}
