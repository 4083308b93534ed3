package org.dlmspark.udf;

import java.util.Map;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executor's side of {@link DlmSparkPlugin}. It never throws: an exception here would end the
 * executor, and Spark would start the next one into the same failure. A failed load is reported by
 * the first task.
 */
public final class DlmExecutorPlugin implements ExecutorPlugin {
  private static final Logger LOG = LoggerFactory.getLogger(DlmExecutorPlugin.class);

  /** For {@link DlmSparkPlugin}. */
  public DlmExecutorPlugin() {}

  @Override
  public void init(PluginContext context, Map<String, String> extraConf) {
    try {
      ExecutorFacts facts =
          ExecutorFacts.of(context.executorID(), context.conf(), context.resources());
      String json = context.conf().get(DlmSparkPlugin.DECODER_CONF, "");
      if (!json.isEmpty()) {
        DecoderService.start(json, facts, DriverLink.of(context));
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.error("the decoder is not loaded ahead of the first task", e);
    }
  }

  @Override
  public void shutdown() {
    DecoderService.shutdownAll();
  }
}
