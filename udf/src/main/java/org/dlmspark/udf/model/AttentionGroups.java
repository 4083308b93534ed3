package org.dlmspark.udf.model;

import java.util.Arrays;
import org.dlmspark.udf.decode.StepBatch;

/**
 * How a step's attention is cut into calls. On a CPU each sequence is a call of its own, which
 * reads its rows of the buffers in place. On a GPU calls are dear and many small ones leave it
 * idle, so sequences with similar numbers of active tokens share one call on a grid. Keys and
 * values are gathered for a grid, and blocks of one sequence see the same ones: so a call gathers
 * at most twice as many rows as there are. A kernel for sequences of various lengths takes all of
 * them in one call. Arrays are reused from step to step.
 */
final class AttentionGroups {
  /** Numbers per group in {@link #groups()}. */
  static final int FIELDS = 5;

  private final AttentionForm.Calls calls;
  private int[] order = new int[16];
  private long[] fields = new long[0];

  /**
   * Creates a plan for one device.
   *
   * @param calls which sequences share a call
   */
  AttentionGroups(AttentionForm.Calls calls) {
    this.calls = calls;
  }

  /**
   * Plans a step.
   *
   * @param batch the step's sequences
   */
  void plan(StepBatch batch) {
    int sequences = batch.sequences();
    if (order.length < sequences) {
      order = new int[2 * sequences];
    }
    for (int i = 0; i < sequences; i++) {
      order[i] = i;
    }
    if (calls == AttentionForm.Calls.GRIDS) {
      sortByActiveCount(batch, sequences);
    }
    long mostRows = 2L * batch.rows();
    long[] buffer = new long[FIELDS * sequences];
    int used = 0;
    int member = 0;
    while (member < sequences) {
      int widest = batch.activeCount(order[member]);
      int begin = member;
      int tokens = 0;
      int longest = 0;
      while (member < sequences
          && (member == begin
              || joins(batch, order[member], widest, longest, mostRows / (member - begin + 1)))) {
        tokens += batch.activeCount(order[member]);
        widest = Math.max(widest, batch.activeCount(order[member]));
        longest = Math.max(longest, batch.length(order[member]));
        member++;
      }
      buffer[used++] = tokens;
      buffer[used++] = (long) member - begin;
      buffer[used++] = widest;
      buffer[used++] = longest;
      buffer[used++] = batch.firstRow(order[begin]);
    }
    fields = Arrays.copyOf(buffer, used);
  }

  /** Whether a sequence may join a group that would then gather so many rows for each, at most. */
  private boolean joins(StepBatch batch, int sequence, int widest, int longest, long mostRows) {
    return switch (calls) {
      case EACH -> false;
      case GRIDS ->
          fits(batch, sequence, widest, longest)
              && Math.max(longest, batch.length(sequence)) <= mostRows;
      case ALL -> true;
    };
  }

  /**
   * Whether a sequence may share a grid: with less than half the tokens of the widest most of its
   * cells would be idle, and with less than half, or more than twice, the length of the longest so
   * far most of the gathered keys and values would be.
   */
  private static boolean fits(StepBatch batch, int sequence, int widest, int longest) {
    int length = batch.length(sequence);
    return 2 * batch.activeCount(sequence) >= widest
        && 2 * length >= longest
        && length <= 2 * longest;
  }

  /** Widest first; insertion sort, since few are out of place. */
  private void sortByActiveCount(StepBatch batch, int sequences) {
    for (int i = 1; i < sequences; i++) {
      int moved = order[i];
      int at = i;
      while (at > 0 && batch.activeCount(order[at - 1]) < batch.activeCount(moved)) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = moved;
    }
  }

  /**
   * The order in which the program gets the sequences.
   *
   * @param place a place in that order, from 0
   * @return the number in the batch of the sequence there
   */
  int sequenceAt(int place) {
    return order[place];
  }

  /**
   * The groups, in order.
   *
   * @return for each: tokens, sequences, active tokens of the widest, length of the longest, first
   *     buffer row of its first sequence
   */
  long[] groups() {
    return fields;
  }
}
