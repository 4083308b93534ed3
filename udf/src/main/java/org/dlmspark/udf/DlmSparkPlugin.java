package org.dlmspark.udf;

import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Lets executors load their decoder while the job still prepares. Use it with {@code
 * spark.plugins=org.dlmspark.udf.DlmSparkPlugin} and the settings under {@link #DECODER_CONF};
 * without it the first task loads the decoder.
 */
public final class DlmSparkPlugin implements SparkPlugin {
  /** The Spark setting that holds {@link DecoderSettings#toJson()}. */
  public static final String DECODER_CONF = "spark.dlmspark.decoder";

  /** For Spark, which makes plugins by name. */
  public DlmSparkPlugin() {}

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new DlmExecutorPlugin();
  }
}
