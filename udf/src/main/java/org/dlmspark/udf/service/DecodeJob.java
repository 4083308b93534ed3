package org.dlmspark.udf.service;

import java.util.Queue;
import java.util.function.Supplier;
import org.dlmspark.udf.decode.Sequence;

/** One sequence on its way through the decoder: what a task hands to {@link DecodeLoop#offer}. */
public final class DecodeJob {
  private final String row;
  private final boolean alone;
  private final Supplier<Sequence> begin;
  private final Queue<DecodeJob> done;
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
  public DecodeJob(String row, boolean alone, Supplier<Sequence> begin, Queue<DecodeJob> done) {
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

  String row() {
    return row;
  }

  boolean alone() {
    return alone;
  }

  boolean cancelled() {
    return cancelled;
  }

  /** Whether no other sequence ran when it was admitted last. */
  boolean beganAlone() {
    return beganAlone;
  }

  /** Notes that the sequence joins the batch. */
  void admitted(boolean asTheOnlyOne) {
    beganAlone = asTheOnlyOne;
    admittedNanos = System.nanoTime();
  }

  /** Puts the sequence back to its beginning. */
  void beginAgain() {
    sequence = begin.get();
  }

  /** Hands the job back, failed where there is a failure. */
  void finish(Completion.Failure reason) {
    failure = reason;
    finishedNanos = System.nanoTime();
    done.add(this);
  }
}
