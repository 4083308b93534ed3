package org.dlmspark.udf.plugin;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.dlmspark.udf.service.BackgroundClock;
import org.dlmspark.udf.service.DecoderService;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.service.ExecutorFacts;
import org.dlmspark.udf.service.ExecutorMeter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executor's side of Spark's plugin. It never throws: an exception here would end the executor,
 * and Spark would start the next one into the same failure. A failed load is reported by the first
 * task.
 */
public final class DlmExecutorPlugin implements ExecutorPlugin {
  private static final Logger LOG = LoggerFactory.getLogger(DlmExecutorPlugin.class);
  private static final long REPORT_MS = 1000;

  private ScheduledExecutorService reports;

  /** For Spark's plugin. */
  public DlmExecutorPlugin() {}

  @Override
  public void init(PluginContext context, Map<String, String> extraConf) {
    try {
      ExecutorFacts facts =
          ExecutorFacts.of(context.executorID(), context.conf(), context.resources());
      ExecutorMeter meter = DecoderService.newMeter();
      meter.register(context.metricRegistry());
      report(context, meter);
      DecoderService.inExecutor(facts, DriverLink.of(context));
      String json = context.conf().get(DecoderSettings.CONF, "");
      if (!json.isEmpty()) {
        DecoderService.start(json);
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.error("the decoder is not loaded ahead of the first task", e);
    }
  }

  /** Tells the driver's plugin once a second. */
  private void report(PluginContext context, ExecutorMeter meter) {
    reports = BackgroundClock.named("dlm-executor-state");
    AtomicBoolean warned = new AtomicBoolean();
    Runnable report =
        () -> {
          try {
            context.send(new DriverMessage.State(meter.state(context.executorID())));
          } catch (IOException | RuntimeException e) {
            // The next one may arrive; without them only the display of progress stands still.
            if (!warned.getAndSet(true)) {
              LOG.warn("the driver does not hear how far this executor is", e);
            }
          }
        };
    var unused = reports.scheduleAtFixedRate(report, 0, REPORT_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void shutdown() {
    if (reports != null) {
      reports.shutdownNow();
    }
    DecoderService.shutdownAll();
  }
}
