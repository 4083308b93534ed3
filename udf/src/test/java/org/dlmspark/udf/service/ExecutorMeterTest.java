package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ExecutorMeterTest {

  private final ExecutorMeter meter = new ExecutorMeter();

  private static Completion completion(String reason, int tokens, int steps, long positions) {
    return new Completion(
        "",
        new int[0],
        reason,
        reason.equals(Completion.ERROR)
            ? new Completion.Failure(ErrorCode.PROMPT_EMPTY, "empty")
            : null,
        new Completion.Usage(5, tokens, steps, steps, positions, 10 * positions),
        new Completion.Timing(Instant.EPOCH, 0, 0, 0, 0, 0, 0),
        new Completion.Origin("run", 0, "7", "cpu", 0, 0, 0, "hash"));
  }

  private static Object gauge(MetricRegistry metrics, String name) {
    return ((Gauge<?>) metrics.getGauges().get(name)).getValue();
  }

  @Test
  void countsRowsByResultAndWhatTheyCost() {
    meter.row(completion(Completion.STOP, 3, 8, 100));
    meter.row(completion(Completion.STOP, 4, 8, 200));
    meter.row(completion(Completion.LENGTH, 8, 8, 300));
    meter.row(completion(Completion.ERROR, 0, 0, 0));
    meter.step(1_000_000);
    meter.batch(3, 2);
    ExecutorState state = meter.state("7");
    assertThat(state.stopped()).isEqualTo(2);
    assertThat(state.full()).isEqualTo(1);
    assertThat(state.failed()).isEqualTo(1);
    assertThat(state.rows()).isEqualTo(4);
    assertThat(state.completionTokens()).isEqualTo(15);
    assertThat(state.steps()).isEqualTo(24);
    assertThat(state.positions()).isEqualTo(600);
    assertThat(state.passes()).isEqualTo(1);
    assertThat(state.running()).isEqualTo(3);
    assertThat(state.waiting()).isEqualTo(2);
  }

  @Test
  void knowsHowFarLoadingIs() {
    assertThat(meter.state("7").ready()).isFalse();
    meter.loading(10, 40);
    assertThat(meter.state("7").loadedBytes()).isEqualTo(10);
    assertThat(meter.state("7").weightBytes()).isEqualTo(40);
    meter.ready(1234, 16, () -> 99);
    assertThat(meter.state("7").ready()).isTrue();
    assertThat(meter.state("7").loadedBytes()).isEqualTo(40);
    assertThat(meter.state("7").memoryBytes()).isEqualTo(99);
    meter.closed();
    assertThat(meter.state("7").memoryBytes()).isZero();
  }

  @Test
  void metricsSayTheSame() {
    MetricRegistry metrics = new MetricRegistry();
    meter.register(metrics);
    meter.ready(1234, 16, () -> 99);
    meter.row(completion(Completion.LENGTH, 8, 8, 300));
    meter.step(2_000_000);
    meter.batch(3, 2);
    assertThat(metrics.counter("rows.length").getCount()).isEqualTo(1);
    assertThat(metrics.counter("tokens").getCount()).isEqualTo(8);
    assertThat(metrics.counter("positions").getCount()).isEqualTo(300);
    assertThat(metrics.timer("step.time").getSnapshot().getMax()).isEqualTo(2_000_000);
    assertThat(gauge(metrics, "slots.total")).isEqualTo(16);
    assertThat(gauge(metrics, "slots.occupied")).isEqualTo(3);
    assertThat(gauge(metrics, "queue.depth")).isEqualTo(2);
    assertThat(gauge(metrics, "model.load.millis")).isEqualTo(1234L);
    assertThat(gauge(metrics, "device.memory.bytes")).isEqualTo(99L);
  }
}
