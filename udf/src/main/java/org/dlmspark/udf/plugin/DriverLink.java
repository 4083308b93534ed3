package org.dlmspark.udf.plugin;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.plugin.PluginContext;
import org.dlmspark.udf.service.RowWatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's {@link Quarantine} as an executor sees it. Without an answer rows are decoded all
 * the same: a driver that does not answer is about to be found dead by Spark itself.
 */
final class DriverLink implements RowWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DriverLink.class);

  private final PluginContext context;
  private final AtomicBoolean warned = new AtomicBoolean();

  private DriverLink(PluginContext context) {
    this.context = context;
  }

  /** The link of an executor; none where driver and executor are one process. */
  static RowWatch of(PluginContext context) {
    return context.executorID().equals("driver") ? RowWatch.NONE : new DriverLink(context);
  }

  @Override
  public void running(int decoder, List<String> rows) {
    // Not send(): it returns before the driver has the message, and the process may end at once.
    ask(new DriverMessage.Running(context.executorID(), decoder, rows));
  }

  @Override
  @SuppressWarnings("unchecked") // what Quarantine.careful returned
  public Map<String, Verdict> verdicts() {
    Object answer = ask(new DriverMessage.Careful(context.executorID()));
    return answer == null ? Map.of() : Quarantine.verdicts((Map<String, Boolean>) answer);
  }

  private Object ask(DriverMessage message) {
    try {
      return context.ask(message);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (Exception e) {
      if (!warned.getAndSet(true)) {
        LOG.warn(
            "the driver does not hear of the rows in the batch: one that ends this process will not"
                + " be found",
            e);
      }
      return null;
    }
  }
}
