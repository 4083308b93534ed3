package org.dlmspark.udf;

import java.util.IdentityHashMap;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.Sequence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder's side of the queue: takes sequences from many tasks into one running batch and hands
 * each back to its task as it finishes. {@link #run} belongs to the decoder's thread; everything
 * else may be called from any.
 */
final class DecodeLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DecodeLoop.class);
  private static final long IDLE_POLL_MS = 100;

  /** Steps that fail one after the other, with none between that does not, before all is lost. */
  private static final int MOST_FAILED_STEPS = 3;

  /** One sequence on its way through the decoder. */
  static final class Job {
    private final Sequence sequence;
    private final Queue<Job> done;
    private volatile boolean cancelled;
    private volatile long admittedNanos;
    private volatile long finishedNanos;
    private volatile String failure;

    /**
     * Creates a job.
     *
     * @param sequence what to decode
     * @param done where the job goes when it is finished or failed; must never block
     */
    Job(Sequence sequence, Queue<Job> done) {
      this.sequence = sequence;
      this.done = done;
    }

    Sequence sequence() {
      return sequence;
    }

    /** Asks that the job be dropped; it may or may not still arrive in its queue. */
    void cancel() {
      cancelled = true;
    }

    long admittedNanos() {
      return admittedNanos;
    }

    long finishedNanos() {
      return finishedNanos;
    }

    /** What went wrong, or null. */
    String failure() {
      return failure;
    }
  }

  private final BlockingQueue<Job> waiting;
  private final IdentityHashMap<Sequence, Job> running = new IdentityHashMap<>();

  /** Taken from the queue, and still without a slot. */
  private Job waitingForSlot;

  private int failedSteps;
  private volatile boolean stopping;
  private volatile Throwable broken;

  /**
   * Creates an idle loop.
   *
   * @param queueCapacity how many jobs may wait
   */
  DecodeLoop(int queueCapacity) {
    waiting = new ArrayBlockingQueue<>(queueCapacity);
  }

  /**
   * Hands a job over.
   *
   * @return false if the queue stayed full for the given time
   * @throws IllegalStateException if the decoder has ended
   */
  boolean offer(Job job, long millis) throws InterruptedException {
    checkAlive();
    return waiting.offer(job, millis, TimeUnit.MILLISECONDS);
  }

  /** Throws if no job will ever finish again. */
  void checkAlive() {
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
      while (!stopping) {
        admit(scheduler);
        if (!scheduler.isIdle()) {
          step(scheduler);
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
  private void admit(BatchScheduler scheduler) throws InterruptedException {
    scheduler.remove(sequence -> running.get(sequence).cancelled).forEach(running::remove);
    while (true) {
      Job next = waitingForSlot;
      waitingForSlot = null;
      if (next == null) {
        next =
            scheduler.isIdle() ? waiting.poll(IDLE_POLL_MS, TimeUnit.MILLISECONDS) : waiting.poll();
      }
      if (next == null) {
        return;
      }
      if (next.cancelled) {
        continue;
      }
      if (!scheduler.admit(next.sequence)) {
        waitingForSlot = next;
        return;
      }
      next.admittedNanos = System.nanoTime();
      running.put(next.sequence, next);
    }
  }

  private void step(BatchScheduler scheduler) {
    try {
      for (Sequence sequence : scheduler.step()) {
        finish(running.remove(sequence), sequence.failure());
      }
      failedSteps = 0;
    } catch (RuntimeException e) {
      failedSteps++;
      if (failedSteps == MOST_FAILED_STEPS) {
        // Not the rows but the device or the model: the tasks must fail, so that Spark tries
        // elsewhere.
        throw e;
      }
      LOG.warn("a denoising step failed; its {} rows become error rows", running.size(), e);
      String reason = "the denoising step failed: " + FailureReason.of(e);
      scheduler.remove(sequence -> true);
      running.values().forEach(job -> finish(job, reason));
      running.clear();
    }
  }

  private static void finish(Job job, String failure) {
    job.failure = failure;
    job.finishedNanos = System.nanoTime();
    job.done.add(job);
  }
}
