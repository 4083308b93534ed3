package org.dlmspark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.dlmspark.job.Console.Line;
import org.junit.jupiter.api.Test;

class TraceTest {

  @Test
  void tellsEachStepOnceAndTheirSum() {
    AtomicLong clock = new AtomicLong(5);
    Trace trace = new Trace(clock::get);
    clock.addAndGet(2_000_000_000L);
    trace.ended("read");
    clock.addAndGet(1_500_000_000L);
    trace.ended("written");
    clock.addAndGet(500_000_000L);
    trace.ended("read");
    assertThat(trace.lines())
        .containsExactly(
            new Line("2.50 s", "62.5%, read"),
            new Line("1.50 s", "37.5%, written"),
            new Line("4.00 s", "in all, without the end of the process"));
  }

  @Test
  void aProcessBeganBeforeItsTrace() {
    assertThat(Trace.ofThisProcess().lines())
        .hasSize(2)
        .first()
        .satisfies(line -> assertThat(line.value()).isEqualTo("100.0%, Java started"))
        .satisfies(line -> assertThat(line.label()).isNotEqualTo("0.00 s"));
  }
}
