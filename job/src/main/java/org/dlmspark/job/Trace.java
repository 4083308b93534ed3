package org.dlmspark.job;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.dlmspark.job.Console.Line;

/**
 * Where a run's time goes: its steps, one after the other, each from the end of the one before.
 * Used by the thread that does them.
 */
public final class Trace {

  private final LongSupplier nanos;
  private final Map<String, Long> steps = new LinkedHashMap<>();
  private long last;

  /**
   * Begins with the first step.
   *
   * @param nanos a clock, in nanoseconds
   */
  Trace(LongSupplier nanos) {
    this.nanos = nanos;
    last = nanos.getAsLong();
  }

  /** Begins where this process began, which is its first step. */
  public static Trace ofThisProcess() {
    Trace trace = new Trace(System::nanoTime);
    Instant began = Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
    trace.last -= Duration.between(began, Instant.now()).toNanos();
    trace.ended("Java started");
    return trace;
  }

  /**
   * A step has ended, and the next begins. What ends several times is told once, with its sum.
   *
   * @param step what was done
   */
  public void ended(String step) {
    long now = nanos.getAsLong();
    steps.merge(step, now - last, Long::sum);
    last = now;
  }

  /**
   * What was told so far.
   *
   * @return a line for each step in the order in which they ended first, and their sum
   */
  public List<Line> lines() {
    long all = steps.values().stream().mapToLong(Long::longValue).sum();
    List<Line> lines = new ArrayList<>();
    steps.forEach(
        (step, took) ->
            lines.add(
                Line.of(
                    seconds(took),
                    "%s, %s",
                    Console.percent(took / Math.max(1.0, (double) all)),
                    step)));
    lines.add(new Line(seconds(all), "in all, without the end of the process"));
    return lines;
  }

  private static String seconds(long nanos) {
    return Line.of("", "%.2f s", nanos / 1e9).value();
  }
}
