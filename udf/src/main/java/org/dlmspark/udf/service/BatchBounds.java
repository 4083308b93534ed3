package org.dlmspark.udf.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * How large a batch may be, as far as batches that ran out of memory have shown. A bound stays,
 * unless a row of the batch turns out to be too large for memory by itself: then the batch says
 * nothing of other rows.
 *
 * @param <R> a row; equal to itself alone
 */
final class BatchBounds<R> {

  /** What was left of a batch for which memory did not suffice. */
  private static final class Shortage<R> {
    private final Set<R> undecided = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int sequences;
    private final int tokens;

    Shortage(Collection<R> batch, int sequences, int tokens) {
      undecided.addAll(batch);
      this.sequences = sequences;
      this.tokens = tokens;
    }
  }

  private final List<Shortage<R>> shortages = new ArrayList<>();

  /**
   * Notes that memory did not suffice.
   *
   * @param batch the rows that ran
   * @param sequences how many of them are left
   * @param tokens how many tokens those have
   */
  void lower(Collection<R> batch, int sequences, int tokens) {
    shortages.add(new Shortage<>(batch, sequences, tokens));
  }

  /** Notes that a row has left the decoder, decoded or not. */
  void left(R row) {
    shortages.forEach(shortage -> shortage.undecided.remove(row));
  }

  /** Notes that memory does not suffice for a row even alone; call it before {@link #left}. */
  void tooLarge(R row) {
    shortages.removeIf(shortage -> shortage.undecided.contains(row));
  }

  /** How many sequences may run together. */
  int sequences() {
    return shortages.stream().mapToInt(s -> s.sequences).min().orElse(Integer.MAX_VALUE);
  }

  /** How many tokens they may have together. */
  int tokens() {
    return shortages.stream().mapToInt(s -> s.tokens).min().orElse(Integer.MAX_VALUE);
  }
}
