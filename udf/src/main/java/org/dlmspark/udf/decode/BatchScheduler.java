package org.dlmspark.udf.decode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Runs sequences together, each at its own step: continuous batching. A sequence may join before
 * any step and leaves at the step that finishes it; its place is free for the next one at once. Not
 * thread-safe: one thread drives it.
 */
public final class BatchScheduler {

  /** A sequence and the buffer rows that it owns while it runs. */
  private record Slot(Sequence sequence, int firstRow) {}

  private final DenoisingModel model;
  private final LongSupplier nanoClock;
  private final RowRanges rows;
  private final List<Slot> running = new ArrayList<>();
  private final StepBatch batch = new StepBatch();
  private int[] planned = new int[16];
  private final int maxSequences;
  private int limit;
  private long busyNanos;

  /**
   * Creates an empty batch.
   *
   * @param model computes the steps
   * @param maxSequences how many sequences run at the same time, {@code batch.max-sequences}
   * @param maxTokens how many tokens they may have together, {@code batch.max-tokens}; one with
   *     guidance counts twice
   * @param nanoClock a clock like {@link System#nanoTime}
   */
  public BatchScheduler(
      DenoisingModel model, int maxSequences, int maxTokens, LongSupplier nanoClock) {
    this.model = model;
    this.maxSequences = maxSequences;
    limit = maxSequences;
    this.nanoClock = nanoClock;
    rows = new RowRanges(maxTokens);
  }

  /**
   * Bounds the batch below what the constructor was given; what exceeds that counts as that. No
   * sequence leaves by it, and one that comes when none runs may have as many tokens as ever.
   *
   * @param sequences how many sequences run at the same time, at least 1
   * @param tokens how many tokens they may have together
   */
  public void limit(int sequences, int tokens) {
    limit = Math.min(sequences, maxSequences);
    rows.limit(tokens);
  }

  /**
   * Lets a sequence join if there is room for it.
   *
   * @param sequence one that has not run yet
   * @return false if it has to wait until another one leaves
   */
  public boolean admit(Sequence sequence) {
    if (running.size() >= limit) {
      return false;
    }
    int firstRow = rows.take(sequence.bufferRows());
    if (firstRow < 0) {
      return false;
    }
    running.add(new Slot(sequence, firstRow));
    return true;
  }

  /**
   * Runs one denoising step of every running sequence.
   *
   * @return the sequences that this step finished; they have left the batch
   * @throws RuntimeException what the model threw, or an {@link Error}; the sequences are where
   *     they were before the step, and it may be tried again
   */
  public List<Sequence> step() {
    long begin = nanoClock.getAsLong();
    batch.clear();
    if (planned.length < running.size()) {
      planned = new int[2 * running.size()];
    }
    for (int i = 0; i < running.size(); i++) {
      Slot slot = running.get(i);
      planned[i] = slot.sequence().plan(batch, slot.firstRow());
    }
    model.step(batch);
    long nanos = nanoClock.getAsLong() - begin;
    busyNanos += nanos;
    long activeBefore = 0;
    for (int i = 0; i < running.size(); i++) {
      // Cumulative rounding: the shares add up to the step's time exactly.
      long from = share(nanos, activeBefore);
      activeBefore += planned[i];
      running.get(i).sequence().advance(batch, share(nanos, activeBefore) - from);
    }
    return remove(Sequence::finished);
  }

  private long share(long nanos, long active) {
    return nanos * active / batch.active();
  }

  /**
   * Takes sequences out of the batch, finished or not.
   *
   * @param leaving which ones
   * @return the sequences that left
   */
  public List<Sequence> remove(Predicate<Sequence> leaving) {
    List<Sequence> left = new ArrayList<>();
    for (Iterator<Slot> slots = running.iterator(); slots.hasNext(); ) {
      Slot slot = slots.next();
      if (leaving.test(slot.sequence())) {
        slots.remove();
        rows.release(slot.firstRow());
        left.add(slot.sequence());
      }
    }
    return left;
  }

  /**
   * Whether no sequence runs.
   *
   * @return true if {@link #step()} has nothing to do
   */
  public boolean isIdle() {
    return running.isEmpty();
  }

  /**
   * The time spent in steps so far; the sequences' shares add up to it.
   *
   * @return nanoseconds
   */
  long busyNanos() {
    return busyNanos;
  }
}
