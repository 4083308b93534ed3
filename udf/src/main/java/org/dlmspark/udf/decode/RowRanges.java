package org.dlmspark.udf.decode;

import java.util.Map;
import java.util.TreeMap;

/** Hands out ranges of consecutive KV buffer rows: first fit, so that low rows are used first. */
final class RowRanges {
  private final int capacity;
  private int limit;

  /** First row to length of every range in use. */
  private final TreeMap<Integer, Integer> used = new TreeMap<>();

  /**
   * Creates an empty buffer's ranges.
   *
   * @param capacity rows in all
   */
  RowRanges(int capacity) {
    this.capacity = capacity;
    limit = capacity;
  }

  /**
   * Gives less room from now on; a range in an empty buffer may still be as long as the buffer.
   *
   * @param rows the rows to use, from the first one; more than the capacity counts as the capacity
   */
  void limit(int rows) {
    limit = Math.min(rows, capacity);
  }

  /**
   * Takes a range.
   *
   * @param length rows
   * @return its first row, or -1 if no gap is long enough
   */
  int take(int length) {
    int gap = 0;
    for (Map.Entry<Integer, Integer> range : used.entrySet()) {
      if (range.getKey() - gap >= length) {
        break;
      }
      gap = range.getKey() + range.getValue();
    }
    if ((used.isEmpty() ? capacity : limit) - gap < length) {
      return -1;
    }
    used.put(gap, length);
    return gap;
  }

  /**
   * Gives a range back.
   *
   * @param firstRow what {@link #take} returned
   */
  void release(int firstRow) {
    if (used.remove(firstRow) == null) {
      throw new IllegalStateException("row " + firstRow + " begins no range in use");
    }
  }
}
