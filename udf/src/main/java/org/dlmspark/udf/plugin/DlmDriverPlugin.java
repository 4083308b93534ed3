package org.dlmspark.udf.plugin;

import java.util.Map;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.dlmspark.udf.service.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's side of Spark's plugin: keeps the {@link Quarantine}, and knows how far the
 * executors are.
 */
public final class DlmDriverPlugin implements DriverPlugin {
  private static final Logger LOG = LoggerFactory.getLogger(DlmDriverPlugin.class);

  private final Quarantine quarantine = new Quarantine();
  private final ExecutorStates states = ExecutorStates.ofThisProcess();

  @Override
  public Map<String, String> init(SparkContext spark, PluginContext context) {
    states.clear();
    spark.addSparkListener(
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            if (end.reason() instanceof ExecutorLostFailure lost) {
              executorLost(lost);
            }
          }

          @Override
          public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
            states.gone(removed.executorId());
          }
        });
    return Map.of();
  }

  /** Of a lost executor every task ends so, and Spark's own judgement of whose fault it was. */
  private void executorLost(ExecutorLostFailure lost) {
    if (!lost.exitCausedByApp()) {
      quarantine.released(lost.execId());
      return;
    }
    Quarantine.Ended ended = quarantine.killed(lost.execId());
    if (ended.quarantined() != null) {
      LOG.warn(
          "executor {} ended while it decoded row {} alone, which had been in the batch of one that"
              + " ended before: the row becomes an error row {}",
          lost.execId(),
          ended.quarantined(),
          ErrorCode.PROCESS_KILLED);
    } else if (!ended.suspects().isEmpty()) {
      LOG.warn(
          "executor {} ended with {} rows in its batch; each is decoded alone when its task is tried"
              + " again: {}",
          lost.execId(),
          ended.suspects().size(),
          ended.suspects());
    }
  }

  @Override
  public void registerMetrics(String appId, PluginContext context) {
    states.register(context.metricRegistry());
  }

  @Override
  public Object receive(Object message) {
    if (message instanceof DriverMessage.State said) {
      states.heard(said.state());
      return null;
    }
    if (message instanceof DriverMessage.Running running) {
      quarantine.running(running.executor(), running.decoder(), running.rows());
      return null;
    }
    if (message instanceof DriverMessage.Careful careful) {
      return quarantine.careful(careful.executor());
    }
    throw new IllegalArgumentException("a message that no executor's plugin sends: " + message);
  }
}
