package org.dlmspark.udf.service;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts what the decoders of this executor do, for Spark's metrics and for the driver.
 * Thread-safe.
 */
public final class ExecutorMeter {
  private final Counter stopped = new Counter();
  private final Counter full = new Counter();
  private final Counter failed = new Counter();
  private final Counter completionTokens = new Counter();
  private final Counter steps = new Counter();
  private final Counter positions = new Counter();

  /** A pass of the model each. */
  private final Timer stepTime = new Timer();

  private volatile long weightBytes;
  private volatile long loadedBytes;
  private volatile long loadMillis = -1;
  private volatile int running;
  private volatile int slots;
  private volatile int waiting;
  private volatile LongSupplier memory = () -> 0;

  /** Begins at nothing; see {@link DecoderService#newMeter}. */
  ExecutorMeter() {}

  /** A row has its result. */
  public void row(Completion completion) {
    switch (completion.finishReason()) {
      case Completion.STOP -> stopped.inc();
      case Completion.LENGTH -> full.inc();
      default -> failed.inc();
    }
    completionTokens.inc(completion.usage().completionTokens());
    steps.inc(completion.usage().steps());
    positions.inc(completion.usage().positionsComputed());
  }

  /** The model has computed a step. */
  void step(long nanos) {
    stepTime.update(nanos, TimeUnit.NANOSECONDS);
  }

  /** Rows in the batch, and those that wait for a slot. */
  void batch(int rows, int rowsWaiting) {
    running = rows;
    waiting = rowsWaiting;
  }

  /** The model's weights, as they are being loaded. */
  void loading(long bytes, long ofBytes) {
    loadedBytes = bytes;
    weightBytes = ofBytes;
  }

  /**
   * The model is loaded.
   *
   * @param millis the time it took
   * @param mostRows {@code batch.max-sequences}
   * @param memoryBytes says what memory is in use
   */
  void ready(long millis, int mostRows, LongSupplier memoryBytes) {
    loadedBytes = weightBytes;
    slots = mostRows;
    memory = memoryBytes;
    loadMillis = millis;
  }

  /** The decoder is gone. */
  void closed() {
    memory = () -> 0;
    batch(0, 0);
  }

  /** Lets Spark's metric sinks see everything. */
  public void register(MetricRegistry metrics) {
    metrics.register("rows.stop", stopped);
    metrics.register("rows.length", full);
    metrics.register("rows.error", failed);
    metrics.register("tokens", completionTokens);
    metrics.register("steps", steps);
    metrics.register("positions", positions);
    metrics.register("step.time", stepTime);
    metrics.register("slots.total", (Gauge<Integer>) () -> slots);
    metrics.register("slots.occupied", (Gauge<Integer>) () -> running);
    metrics.register("queue.depth", (Gauge<Integer>) () -> waiting);
    metrics.register("model.load.millis", (Gauge<Long>) () -> loadMillis);
    metrics.register("device.memory.bytes", (Gauge<Long>) () -> memory.getAsLong());
  }

  /** What there is to say now. */
  public ExecutorState state(String executor) {
    return new ExecutorState(
        executor,
        weightBytes,
        loadedBytes,
        loadMillis,
        stopped.getCount(),
        full.getCount(),
        failed.getCount(),
        completionTokens.getCount(),
        steps.getCount(),
        positions.getCount(),
        stepTime.getCount(),
        running,
        slots,
        waiting,
        memory.getAsLong());
  }
}
