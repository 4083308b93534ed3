package org.dlmspark.udf.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import org.dlmspark.udf.service.ExecutorState;
import org.junit.jupiter.api.Test;

class ExecutorStatesTest {

  private final ExecutorStates states = new ExecutorStates();

  /** An executor that is ready, with 16 slots, and has ended so many rows of 3 tokens. */
  private static ExecutorState state(String executor, int rows, int running, int waiting) {
    return new ExecutorState(
        executor,
        40,
        40,
        1234,
        rows,
        0,
        0,
        3L * rows,
        8L * rows,
        100L * rows,
        8,
        running,
        16,
        waiting,
        99);
  }

  private static Object gauge(MetricRegistry metrics, String name) {
    return ((Gauge<?>) metrics.getGauges().get(name)).getValue();
  }

  @Test
  void theDriverAddsUpWhatExecutorsSaid() {
    MetricRegistry metrics = new MetricRegistry();
    states.register(metrics);
    states.heard(state("1", 1, 0, 0));
    states.heard(state("2", 1, 0, 0));
    states.heard(state("2", 2, 0, 0));
    assertThat(states.all())
        .extracting(ExecutorState::executor)
        .containsExactlyInAnyOrder("1", "2");
    assertThat(gauge(metrics, "all.rows.stop")).isEqualTo(3L);
    assertThat(gauge(metrics, "all.tokens")).isEqualTo(9L);
    assertThat(gauge(metrics, "all.slots.total")).isEqualTo(32L);
    assertThat(gauge(metrics, "all.executors.ready")).isEqualTo(2L);
  }

  @Test
  void whatALostExecutorDidStays() {
    MetricRegistry metrics = new MetricRegistry();
    states.register(metrics);
    states.heard(state("1", 1, 5, 1));
    states.gone("1");
    states.gone("never heard of");
    assertThat(gauge(metrics, "all.rows.stop")).isEqualTo(1L);
    assertThat(gauge(metrics, "all.slots.occupied")).isEqualTo(0L);
    assertThat(gauge(metrics, "all.device.memory.bytes")).isEqualTo(0L);
    states.clear();
    assertThat(states.all()).isEmpty();
  }
}
