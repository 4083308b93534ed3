package org.dlmspark.job.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.dlmspark.udf.service.ExecutorState;

/**
 * Turns what was committed and what the executors say into a run's {@link Progress}. What is
 * committed is certain; for the wave in progress the executors' counts are all there is, and they
 * count rows of failed attempts too, so that each commit sets them right. Thread-safe.
 */
final class ProgressMeter {
  private static final Duration RATE_OVER = Duration.ofMinutes(1);
  private static final Duration TIME_LEFT_OVER = Duration.ofMinutes(10);

  private final long toDo;
  private final Deque<Sample> samples = new ArrayDeque<>();

  private WaveResult committed = WaveResult.none();

  /** What the executors had counted when that was committed. */
  private Sample then = new Sample(0, 0, 0, 0);

  /** Sums over executors at one moment. */
  private record Sample(long nanos, long rows, long failed, long tokens) {
    static Sample of(long nanos, List<ExecutorState> executors) {
      return new Sample(
          nanos,
          executors.stream().mapToLong(ExecutorState::rows).sum(),
          executors.stream().mapToLong(ExecutorState::failed).sum(),
          executors.stream().mapToLong(ExecutorState::completionTokens).sum());
    }
  }

  /**
   * Begins.
   *
   * @param toDo rows that the run has to do
   */
  ProgressMeter(long toDo) {
    this.toDo = toDo;
  }

  /**
   * A wave was committed.
   *
   * @param all what the run has committed so far
   * @param nanos the time, as {@link System#nanoTime}
   * @param executors what is known of them
   */
  synchronized void committed(WaveResult all, long nanos, List<ExecutorState> executors) {
    committed = all;
    then = Sample.of(nanos, executors);
  }

  /**
   * Looks at the executors.
   *
   * @param nanos the time, as {@link System#nanoTime}
   * @param executors what is known of them
   * @return how far the run is
   */
  synchronized Progress at(long nanos, List<ExecutorState> executors) {
    Sample now = Sample.of(nanos, executors);
    samples.addLast(now);
    while (samples.size() > 2 && nanos - samples.peekFirst().nanos() > TIME_LEFT_OVER.toNanos()) {
      samples.removeFirst();
    }
    long rows = Math.min(toDo, committed.rows() + Math.max(0, now.rows() - then.rows()));
    long failed = Math.min(rows, committed.failed() + Math.max(0, now.failed() - then.failed()));
    return new Progress(
        rows,
        toDo,
        failed,
        tokensPerSecond(now),
        left(now, rows),
        rows == 0 && toDo > 0 ? Progress.waitingFor(executors) : null);
  }

  private double tokensPerSecond(Sample now) {
    Sample from = first(now, RATE_OVER);
    long nanos = now.nanos() - from.nanos();
    return nanos == 0 ? 0 : (now.tokens() - from.tokens()) * 1e9 / nanos;
  }

  private Duration left(Sample now, long rows) {
    Sample from = first(now, TIME_LEFT_OVER);
    long done = now.rows() - from.rows();
    if (done == 0) {
      return null;
    }
    return Duration.ofNanos(
        Math.round((double) (toDo - rows) / done * (now.nanos() - from.nanos())));
  }

  /** The first sample of a time that ends now, of those after which rows came out. */
  private Sample first(Sample now, Duration time) {
    Sample last = now;
    for (var back = samples.descendingIterator(); back.hasNext(); ) {
      Sample sample = back.next();
      if (now.nanos() - sample.nanos() > time.toNanos()) {
        break;
      }
      last = sample;
      if (sample.rows() == 0) {
        break; // the model was being loaded
      }
    }
    return last;
  }
}
