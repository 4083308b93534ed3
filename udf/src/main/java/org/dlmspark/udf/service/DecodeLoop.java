package org.dlmspark.udf.service;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.model.OutOfMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder's side of the queue: takes sequences from many tasks into one running batch and hands
 * each back to its task as it finishes. {@link #run} belongs to the decoder's thread; everything
 * else may be called from any.
 *
 * <p>When memory does not suffice for a batch, a part of it leaves and begins again; see {@link
 * MemoryShortage}.
 */
public final class DecodeLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DecodeLoop.class);
  private static final long IDLE_POLL_MS = 100;

  /** Steps that fail one after the other, with none between that does not, before all is lost. */
  private static final int MOST_FAILED_STEPS = 3;

  private final BlockingQueue<DecodeJob> waiting;
  private final RowWatch watch;
  private final ExecutorMeter meter;
  private final int decoder;

  /** Taken from the queue and without a slot: not yet, or not any more. */
  private final Deque<DecodeJob> waitingForSlot = new ArrayDeque<>();

  private final MemoryShortage memory = new MemoryShortage();

  /** The rows that the watch was told of last. */
  private List<String> told = List.of();

  private int failedSteps;
  private volatile boolean stopping;
  private volatile Throwable broken;

  /**
   * Creates an idle loop.
   *
   * @param queueCapacity how many jobs may wait
   * @param watch is told of the rows that run
   * @param meter counts steps, and rows that run and wait
   * @param decoder this decoder's number in its process, for the watch
   */
  DecodeLoop(int queueCapacity, RowWatch watch, ExecutorMeter meter, int decoder) {
    waiting = new ArrayBlockingQueue<>(queueCapacity);
    this.watch = watch;
    this.meter = meter;
    this.decoder = decoder;
  }

  /**
   * Hands a job over.
   *
   * @return false if the queue stayed full for the given time
   * @throws IllegalStateException if the decoder has ended
   */
  public boolean offer(DecodeJob job, long millis) throws InterruptedException {
    checkAlive();
    return waiting.offer(job, millis, TimeUnit.MILLISECONDS);
  }

  /** Throws if no job will ever finish again. */
  public void checkAlive() {
    if (broken != null) {
      throw new IllegalStateException("the decoder has ended: " + FailureReason.of(broken), broken);
    }
    if (stopping) {
      throw new IllegalStateException("the decoder has been shut down");
    }
  }

  /** Ends {@link #run} after the step in progress. */
  void stop() {
    stopping = true;
  }

  /** Decodes until {@link #stop}. */
  void run(BatchScheduler scheduler) {
    try {
      RunningBatch running = new RunningBatch(scheduler);
      while (!stopping) {
        admit(running);
        meter.batch(running.size(), waiting.size() + waitingForSlot.size());
        if (!running.isEmpty()) {
          step(running);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      broken = e;
      LOG.error("the decoder has ended", e);
    } finally {
      stopping = true;
    }
  }

  /** Fills free slots; waits for work if none is running. */
  private void admit(RunningBatch running) throws InterruptedException {
    List<DecodeJob> dropped = running.removeCancelled();
    dropped.forEach(memory::left);
    boolean changed = !dropped.isEmpty();
    for (DecodeJob next = next(running); next != null; next = next(running)) {
      if (next.cancelled()) {
        memory.left(next);
        continue;
      }
      if (!running.admit(next)) {
        waitingForSlot.addFirst(next);
        break;
      }
      changed = true;
    }
    if (changed) {
      tell(running);
    }
  }

  private DecodeJob next(RunningBatch running) throws InterruptedException {
    DecodeJob next = waitingForSlot.isEmpty() ? waiting.poll() : waitingForSlot.removeFirst();
    if (next != null || !running.isEmpty()) {
      return next;
    }
    tell(running);
    return waiting.poll(IDLE_POLL_MS, TimeUnit.MILLISECONDS);
  }

  private void tell(RunningBatch running) {
    List<String> rows = running.rows();
    if (!rows.equals(told)) {
      watch.running(decoder, rows);
      told = rows;
    }
  }

  private void step(RunningBatch running) {
    try {
      long begin = System.nanoTime();
      List<DecodeJob> finished = running.step();
      meter.step(System.nanoTime() - begin);
      for (DecodeJob job : finished) {
        String failure = job.sequence().failure();
        if (failure == null) {
          memory.decoded(job.sequence());
          finish(job, null);
        } else {
          finish(job, new Completion.Failure(ErrorCode.DECODE_FAILED, failure));
        }
      }
      failedSteps = 0;
    } catch (RuntimeException | OutOfMemoryError e) {
      if (!OutOfMemory.is(e)) {
        failAll(running, e);
      } else if (running.size() == 1 && running.first().beganAlone()) {
        failLast(running, e);
      } else {
        beginAgain(memory.halve(running, e));
      }
    }
  }

  /** Puts jobs before what has not begun. */
  private void beginAgain(List<DecodeJob> jobs) {
    for (int i = jobs.size() - 1; i >= 0; i--) {
      waitingForSlot.addFirst(jobs.get(i));
    }
  }

  /** Memory does not suffice for a row that has the batch, and the buffers, to itself. */
  private void failLast(RunningBatch running, Throwable e) {
    DecodeJob job = running.first();
    if (memory.hasSufficedFor(job.sequence())) {
      countFailure(e);
    }
    finish(job, memory.giveUp(running, e));
  }

  private void failAll(RunningBatch running, Throwable e) {
    countFailure(e);
    LOG.warn("a denoising step failed; its {} rows become error rows", running.size(), e);
    Completion.Failure failure =
        new Completion.Failure(
            ErrorCode.DECODE_FAILED,
            "the denoising step failed: "
                + FailureReason.of(e)
                + "; the executor's log has the trace, and output.mode = retry-failed tries the row again");
    running.removeAll().forEach(job -> finish(job, failure));
  }

  /** Ends the decoder if it is not the rows that fail but the device or the model. */
  private void countFailure(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    failedSteps++;
    if (failedSteps == MOST_FAILED_STEPS) {
      // The tasks must fail, so that Spark tries elsewhere.
      throw (RuntimeException) e;
    }
  }

  private void finish(DecodeJob job, Completion.Failure failure) {
    memory.left(job);
    job.finish(failure);
  }
}
