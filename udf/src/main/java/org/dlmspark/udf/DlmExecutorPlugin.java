package org.dlmspark.udf;

import java.util.Map;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;

/**
 * The executor's side of {@link DlmSparkPlugin}. It never throws: an exception here would end the
 * executor, and Spark would start the next one into the same failure. A failed load is reported by
 * the first task.
 */
public final class DlmExecutorPlugin implements ExecutorPlugin {

  /** For {@link DlmSparkPlugin}. */
  public DlmExecutorPlugin() {}

  @Override
  public void init(PluginContext context, Map<String, String> extraConf) {
    ExecutorFacts facts =
        ExecutorFacts.of(context.executorID(), context.conf(), context.resources());
    String json = context.conf().get(DlmSparkPlugin.DECODER_CONF, "");
    if (!json.isEmpty()) {
      DecoderService.start(json, facts);
    }
  }

  @Override
  public void shutdown() {
    DecoderService.shutdownAll();
  }
}
