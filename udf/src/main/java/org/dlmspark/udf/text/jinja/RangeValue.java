package org.dlmspark.udf.text.jinja;

import java.util.Iterator;

/** Numbers from a start up to a stop, not itself one of them. */
record RangeValue(long start, long stop, long step) {
  /** The sandbox makes no longer range. */
  static final long MAX_LENGTH = 100_000;

  static RangeValue of(long start, long stop, long step) {
    if (step == 0) {
      throw Failure.runtime("a range cannot have a step of 0");
    }
    // Numbers so large would overflow below, and no range of the sandbox needs them.
    long bound = Long.MAX_VALUE / 4;
    if (Math.abs(start) > bound || Math.abs(stop) > bound || Math.abs(step) > bound) {
      throw Failure.runtime("a range of numbers that large");
    }
    RangeValue range = new RangeValue(start, stop, step);
    if (range.length() > MAX_LENGTH) {
      throw Failure.runtime("a range of more than " + MAX_LENGTH + " numbers");
    }
    return range;
  }

  long length() {
    long span = step > 0 ? stop - start : start - stop;
    long by = Math.abs(step);
    return span <= 0 ? 0 : (span - 1) / by + 1;
  }

  Object get(long index) {
    return start + index * step;
  }

  boolean contains(long number) {
    boolean within = step > 0 ? number >= start && number < stop : number <= start && number > stop;
    return within && (number - start) % step == 0;
  }

  Iterator<Object> iterator() {
    return new Iterator<>() {
      private long index;

      @Override
      public boolean hasNext() {
        return index < length();
      }

      @Override
      public Object next() {
        return get(index++);
      }
    };
  }
}
