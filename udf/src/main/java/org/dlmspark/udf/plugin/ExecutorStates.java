package org.dlmspark.udf.plugin;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.dlmspark.udf.service.ExecutorState;

/**
 * How far all executors are, as the driver last heard. Executors that are gone stay, with what they
 * did. Thread-safe.
 */
public final class ExecutorStates {
  private static final ExecutorStates OF_THIS_PROCESS = new ExecutorStates();

  private final Map<String, ExecutorState> states = new ConcurrentHashMap<>();

  ExecutorStates() {}

  /**
   * How far the executors are, as the driver knows it.
   *
   * @return the states of the application that runs in this process, or ran last
   */
  public static ExecutorStates ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Forgets everything: a new application begins. */
  void clear() {
    states.clear();
  }

  /** An executor has said something. */
  void heard(ExecutorState state) {
    states.put(state.executor(), state);
  }

  /** An executor has ended. */
  void gone(String executor) {
    states.computeIfPresent(executor, (id, state) -> state.ended());
  }

  /**
   * What was heard last.
   *
   * @return a state for each executor
   */
  public List<ExecutorState> all() {
    return List.copyOf(states.values());
  }

  /** Lets Spark's metric sinks of the driver see the sums: there an executor has no page. */
  void register(MetricRegistry metrics) {
    sum(metrics, "rows.stop", ExecutorState::stopped);
    sum(metrics, "rows.length", ExecutorState::full);
    sum(metrics, "rows.error", ExecutorState::failed);
    sum(metrics, "tokens", ExecutorState::completionTokens);
    sum(metrics, "steps", ExecutorState::steps);
    sum(metrics, "positions", ExecutorState::positions);
    sum(metrics, "passes", ExecutorState::passes);
    sum(metrics, "slots.total", ExecutorState::slots);
    sum(metrics, "slots.occupied", ExecutorState::running);
    sum(metrics, "queue.depth", ExecutorState::waiting);
    sum(metrics, "device.memory.bytes", ExecutorState::memoryBytes);
    sum(metrics, "executors.ready", state -> state.ready() ? 1 : 0);
    sum(metrics, "executors.loading", state -> state.ready() ? 0 : 1);
  }

  /** Under a name of its own: with a local master the executor's metrics stand beside these. */
  private void sum(MetricRegistry metrics, String name, ToLongFunction<ExecutorState> part) {
    metrics.register(
        "all." + name, (Gauge<Long>) () -> states.values().stream().mapToLong(part).sum());
  }
}
