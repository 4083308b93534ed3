package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** What can be done with everything that has elements: go through it, count it, cut it. */
final class Sequences {
  private Sequences() {}

  /** Goes through the elements; whoever does counts a step for each. */
  static Iterator<Object> iterator(Run run, Object value) {
    if (value instanceof ListValue list) {
      return list.items().iterator();
    } else if (value instanceof TupleValue tuple) {
      return tuple.items().iterator();
    } else if (value instanceof DictValue dict) {
      return new DictView(dict, DictView.Part.KEYS).iterator();
    } else if (value instanceof DictView view) {
      return view.iterator();
    } else if (value instanceof RangeValue range) {
      return range.iterator();
    } else if (value instanceof IteratorValue iterator) {
      return iterator.elements();
    } else if (value instanceof Undefined) {
      return Collections.emptyIterator();
    } else if (Types.isString(value)) {
      return characters(Types.text(value));
    }
    if (value instanceof LoopValue) {
      throw Failure.unsupported("going through a loop object");
    }
    throw Failure.type("something to go through", value);
  }

  static boolean isIterable(Object value) {
    return Types.isString(value)
        || value instanceof Undefined
        || value instanceof IteratorValue
        || value instanceof LoopValue
        || lengthOrMinus(value) >= 0;
  }

  private static Iterator<Object> characters(String text) {
    return new Iterator<>() {
      private int index;

      @Override
      public boolean hasNext() {
        return index < text.length();
      }

      @Override
      public Object next() {
        int c = text.codePointAt(index);
        index += Character.charCount(c);
        return Character.toString(c);
      }
    };
  }

  static List<Object> toList(Run run, Object value) {
    List<Object> items = new ArrayList<>();
    Iterator<Object> elements = iterator(run, value);
    while (elements.hasNext()) {
      items.add(elements.next());
      run.budget().listGrows(items.size());
    }
    return items;
  }

  /** How many elements there are; -1 for a value without a length. */
  static long lengthOrMinus(Object value) {
    if (value instanceof ListValue list) {
      return list.items().size();
    } else if (value instanceof TupleValue tuple) {
      return tuple.items().size();
    } else if (value instanceof DictValue dict) {
      return dict.size();
    } else if (value instanceof DictView view) {
      return view.dict().size();
    } else if (value instanceof RangeValue range) {
      return range.length();
    } else if (value instanceof LoopValue loop) {
      return loop.length();
    } else if (value instanceof Undefined) {
      return 0;
    }
    String text = Types.textOrNull(value);
    return text == null ? -1 : Strings.length(text);
  }

  static Object length(Run run, Object value) {
    String text = Types.textOrNull(value);
    if (text != null) {
      run.budget().scan(text.length());
    }
    long length = lengthOrMinus(value);
    if (length < 0) {
      throw Failure.type("something with a length", value);
    }
    return length;
  }

  /** The elements from last to first; null for a value that cannot be reversed. */
  static Iterator<Object> reversed(Run run, Object value) {
    boolean ordered =
        value instanceof ListValue
            || value instanceof TupleValue
            || value instanceof DictValue
            || value instanceof DictView
            || value instanceof RangeValue
            || value instanceof Undefined
            || Types.isString(value);
    if (!ordered) {
      return null;
    }
    List<Object> items = toList(run, value);
    Collections.reverse(items);
    return items.iterator();
  }

  /** The element at an index, which from the end is negative; null if there is none. */
  static Object at(Run run, Object sequence, Object index) {
    if (!Types.isInteger(index)) {
      return null;
    }
    String text = Types.textOrNull(sequence);
    if (text != null) {
      run.budget().scan(text.length());
    }
    long length = lengthOrMinus(sequence);
    long position = Types.index(index);
    position = position < 0 ? position + length : position;
    if (position < 0 || position >= length) {
      return null;
    }
    if (sequence instanceof ListValue list) {
      return list.items().get((int) position);
    } else if (sequence instanceof TupleValue tuple) {
      return tuple.items().get((int) position);
    } else if (sequence instanceof RangeValue range) {
      return range.get(position);
    }
    String character =
        Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) position)));
    return sequence instanceof Markup ? new Markup(character) : character;
  }

  /** {@code sequence[start:stop:step]}; a bound that is not given is {@code none}. */
  static Object slice(Run run, Object sequence, Object start, Object stop, Object step) {
    boolean sliced =
        sequence instanceof ListValue
            || sequence instanceof TupleValue
            || sequence instanceof RangeValue
            || Types.isString(sequence);
    if (!sliced) {
      throw Types.wrong("a sequence to cut", sequence);
    }
    long length = lengthOrMinus(sequence);
    // A longer step gives the first element too, and would overflow below.
    long by = Math.max(-length - 1, Math.min(length + 1, Types.index(step, 1)));
    if (by == 0) {
      throw Failure.runtime("a slice cannot have a step of 0");
    }
    long from = bound(Types.index(start, by > 0 ? 0 : length), length, by);
    // Not -1, which would be the last element.
    long to = stop == None.NONE && by < 0 ? -1 : bound(Types.index(stop, length), length, by);
    long span = by > 0 ? to - from : from - to;
    long count = span <= 0 ? 0 : (span - 1) / Math.abs(by) + 1;
    if (Types.isString(sequence)) {
      return sliceOfText(run, sequence, from, by, count);
    }
    if (sequence instanceof RangeValue range) {
      long first = range.start() + from * range.step();
      return RangeValue.of(first, range.start() + to * range.step(), range.step() * by);
    }
    List<Object> items =
        sequence instanceof ListValue list ? list.items() : ((TupleValue) sequence).items();
    run.budget().list(count);
    List<Object> part = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      part.add(items.get((int) (from + i * by)));
    }
    return sequence instanceof ListValue ? new ListValue(part) : new TupleValue(part);
  }

  private static long bound(long given, long length, long step) {
    long bound = given < 0 ? given + length : given;
    long least = step > 0 ? 0 : -1;
    long most = step > 0 ? length : length - 1;
    return Math.max(least, Math.min(most, bound));
  }

  private static Object sliceOfText(Run run, Object sequence, long from, long by, long count) {
    String text = Types.text(sequence);
    run.budget().scan(text.length());
    String part;
    if (count == 0) {
      part = "";
    } else if (by == 1) {
      int start = text.offsetByCodePoints(0, (int) from);
      part = text.substring(start, text.offsetByCodePoints(start, (int) count));
    } else {
      int[] codePoints = text.codePoints().toArray();
      StringBuilder result = new StringBuilder();
      for (long i = 0; i < count; i++) {
        result.appendCodePoint(codePoints[(int) (from + i * by)]);
      }
      part = result.toString();
    }
    return sequence instanceof Markup ? new Markup(part) : part;
  }
}
