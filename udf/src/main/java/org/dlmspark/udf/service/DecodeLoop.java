package org.dlmspark.udf.service;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.model.OutOfMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decoder's side of the queue: takes sequences from many tasks into one running batch and hands
 * each back to its task as it finishes. {@link #run} belongs to the decoder's thread; everything
 * else may be called from any.
 *
 * <p>When memory does not suffice for a batch, the half of it that came last leaves, begins again
 * when there is room, and no batch is as large from then on; see {@link BatchBounds}.
 */
public final class DecodeLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DecodeLoop.class);
  private static final long IDLE_POLL_MS = 100;

  /** Steps that fail one after the other, with none between that does not, before all is lost. */
  private static final int MOST_FAILED_STEPS = 3;

  /** One sequence on its way through the decoder. */
  public static final class Job {
    private final String row;
    private final boolean alone;
    private final Supplier<Sequence> begin;
    private final Queue<Job> done;
    private volatile Sequence sequence;
    private boolean beganAlone;
    private volatile boolean cancelled;
    private volatile long admittedNanos;
    private volatile long finishedNanos;
    private volatile Completion.Failure failure;

    /**
     * Creates a job.
     *
     * @param row the row's name, for the {@link RowWatch}
     * @param alone whether no other sequence may run beside it
     * @param begin gives what to decode, each time from its beginning
     * @param done where the job goes when it is finished or failed; must never block
     */
    public Job(String row, boolean alone, Supplier<Sequence> begin, Queue<Job> done) {
      this.row = row;
      this.alone = alone;
      this.begin = begin;
      this.done = done;
      sequence = begin.get();
    }

    /** The sequence, in the state in which it left the decoder. */
    public Sequence sequence() {
      return sequence;
    }

    /** Asks that the job be dropped; it may or may not still arrive in its queue. */
    public void cancel() {
      cancelled = true;
    }

    public long admittedNanos() {
      return admittedNanos;
    }

    public long finishedNanos() {
      return finishedNanos;
    }

    /** What went wrong, or null. */
    public Completion.Failure failure() {
      return failure;
    }
  }

  private final BlockingQueue<Job> waiting;
  private final RowWatch watch;
  private final ExecutorMeter meter;
  private final int decoder;

  /** In the order of their admission; a sequence is equal to itself alone. */
  private final Map<Sequence, Job> running = new LinkedHashMap<>();

  /** Taken from the queue and without a slot: not yet, or not any more. */
  private final Deque<Job> waitingForSlot = new ArrayDeque<>();

  private final BatchBounds<Job> bounds = new BatchBounds<>();

  /** The rows that the watch was told of last. */
  private List<String> told = List.of();

  /** The most tokens of a sequence that was decoded to its end. */
  private int mostTokens;

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
  public boolean offer(Job job, long millis) throws InterruptedException {
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
      while (!stopping) {
        admit(scheduler);
        meter.batch(running.size(), waiting.size() + waitingForSlot.size());
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
    List<Sequence> dropped = scheduler.remove(sequence -> running.get(sequence).cancelled);
    dropped.forEach(sequence -> bounds.left(running.remove(sequence)));
    boolean changed = !dropped.isEmpty();
    for (Job next = next(); next != null; next = next()) {
      if (next.cancelled) {
        bounds.left(next);
        continue;
      }
      if (!mayRunBesideOthers(next) || !scheduler.admit(next.sequence)) {
        waitingForSlot.addFirst(next);
        break;
      }
      next.beganAlone = running.isEmpty();
      next.admittedNanos = System.nanoTime();
      running.put(next.sequence, next);
      changed = true;
    }
    if (changed) {
      tell();
    }
  }

  private Job next() throws InterruptedException {
    Job next = waitingForSlot.isEmpty() ? waiting.poll() : waitingForSlot.removeFirst();
    if (next != null || !running.isEmpty()) {
      return next;
    }
    tell();
    return waiting.poll(IDLE_POLL_MS, TimeUnit.MILLISECONDS);
  }

  private boolean mayRunBesideOthers(Job job) {
    return running.isEmpty() || !(job.alone || running.values().iterator().next().alone);
  }

  private void tell() {
    List<String> rows = running.values().stream().map(job -> job.row).toList();
    if (!rows.equals(told)) {
      watch.running(decoder, rows);
      told = rows;
    }
  }

  private void step(BatchScheduler scheduler) {
    try {
      long begin = System.nanoTime();
      List<Sequence> finished = scheduler.step();
      meter.step(System.nanoTime() - begin);
      for (Sequence sequence : finished) {
        String failure = sequence.failure();
        finish(
            running.remove(sequence),
            failure == null ? null : new Completion.Failure(ErrorCode.DECODE_FAILED, failure));
      }
      failedSteps = 0;
    } catch (RuntimeException | OutOfMemoryError e) {
      if (!OutOfMemory.is(e)) {
        failAll(scheduler, e);
      } else if (running.size() == 1 && running.values().iterator().next().beganAlone) {
        failLast(scheduler, e);
      } else {
        halve(scheduler, e);
      }
    }
  }

  /**
   * The half that came last makes room, and begins again before what has not begun. The last one
   * left begins again too: its place in the buffers is from when others were there.
   */
  private void halve(BatchScheduler scheduler, Throwable e) {
    List<Job> batch = List.copyOf(running.values());
    List<Job> staying = batch.size() == 1 ? List.of() : batch.subList(0, (batch.size() + 1) / 2);
    int before = tokens(batch);
    int left = staying.isEmpty() ? before : tokens(staying);
    for (int i = batch.size() - 1; i >= staying.size(); i--) {
      Job job = batch.get(i);
      scheduler.remove(sequence -> sequence == job.sequence);
      running.remove(job.sequence);
      job.sequence = job.begin.get();
      waitingForSlot.addFirst(job);
    }
    bounds.lower(batch, Math.max(1, staying.size()), left);
    scheduler.limit(bounds.sequences(), bounds.tokens());
    LOG.warn(
        "memory does not suffice for a batch of {} rows with {} tokens: from now on at most {} rows"
            + " with {} tokens run together. Rows that had begun begin again; to save that, set"
            + " batch.max-sequences = {} or batch.max-tokens = {}. {}",
        batch.size(),
        before,
        bounds.sequences(),
        bounds.tokens(),
        bounds.sequences(),
        bounds.tokens(),
        FailureReason.of(e));
  }

  private static int tokens(List<Job> jobs) {
    return jobs.stream().mapToInt(job -> job.sequence.bufferRows()).sum();
  }

  /** Memory does not suffice for a row that has the batch, and the buffers, to itself. */
  private void failLast(BatchScheduler scheduler, Throwable e) {
    Job job = running.values().iterator().next();
    Sequence sequence = job.sequence;
    if (sequence.bufferRows() <= mostTokens) {
      // As many tokens were decoded before: something else has taken the memory.
      countFailure(e);
    }
    scheduler.remove(all -> true);
    running.clear();
    bounds.tooLarge(job);
    scheduler.limit(bounds.sequences(), bounds.tokens());
    LOG.warn(
        "memory does not suffice for row {} even alone, with {} tokens: it becomes an error row {},"
            + " and bounds that only batches with this row have shown are lifted",
        job.row,
        sequence.bufferRows(),
        ErrorCode.OUT_OF_MEMORY);
    finish(
        job,
        new Completion.Failure(
            ErrorCode.OUT_OF_MEMORY,
            "memory does not suffice for this row even alone: its prompt has "
                + sequence.promptLength()
                + " tokens, with generation.gen-length = "
                + (sequence.length() - sequence.promptLength())
                + " that makes "
                + sequence.length()
                + (sequence.bufferRows() > sequence.length() ? ", held twice for guidance" : "")
                + ": shorten the prompt, lower generation.gen-length, set model.dtype = bfloat16, or"
                + " give executors more memory (on a CPU spark.executor.memoryOverhead, else a"
                + " larger GPU): "
                + FailureReason.of(e)));
  }

  private void failAll(BatchScheduler scheduler, Throwable e) {
    countFailure(e);
    LOG.warn("a denoising step failed; its {} rows become error rows", running.size(), e);
    Completion.Failure failure =
        new Completion.Failure(
            ErrorCode.DECODE_FAILED,
            "the denoising step failed: "
                + FailureReason.of(e)
                + "; the executor's log has the trace, and output.mode = retry-failed tries the row again");
    scheduler.remove(sequence -> true);
    running.values().forEach(job -> finish(job, failure));
    running.clear();
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

  private void finish(Job job, Completion.Failure failure) {
    bounds.left(job);
    if (failure == null) {
      mostTokens = Math.max(mostTokens, job.sequence.bufferRows());
    }
    job.failure = failure;
    job.finishedNanos = System.nanoTime();
    job.done.add(job);
  }
}
