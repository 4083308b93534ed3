package org.dlmspark.udf.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's comparisons. */
final class Comparison {
  private Comparison() {}

  static boolean apply(Run run, String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> equal(run, left, right);
      case "!=" -> !equal(run, left, right);
      case "in" -> contains(run, right, left);
      case "not in" -> !contains(run, right, left);
      case "<" -> less(run, left, right);
      case ">" -> less(run, right, left);
      case "<=" -> lessOrEqual(run, left, right);
      default -> lessOrEqual(run, right, left);
    };
  }

  static boolean equal(Run run, Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      run.budget().scan(a.length() == b.length() ? a.length() : 0);
      return a.equals(b);
    }
    if (Types.isNumber(left) && Types.isNumber(right)) {
      return !Numbers.isNaN(left) && !Numbers.isNaN(right) && Numbers.compare(left, right) == 0;
    }
    if (left == right) {
      return true;
    }
    if (Types.isString(left) && Types.isString(right)) {
      return equal(run, Types.text(left), Types.text(right));
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return equalItems(run, a.items(), b.items());
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return equalItems(run, a.items(), b.items());
    }
    if (left instanceof DictValue a && right instanceof DictValue b) {
      return equalDicts(run, a, b);
    }
    if (left instanceof RangeValue a && right instanceof RangeValue b) {
      return equalRanges(a, b);
    }
    if (left instanceof DictView && right instanceof DictView) {
      throw Failure.unsupported("a comparison of two views of dicts");
    }
    return left instanceof Undefined && right instanceof Undefined;
  }

  private static boolean equalItems(Run run, List<Object> left, List<Object> right) {
    if (left.size() != right.size()) {
      return false;
    }
    run.budget().enter();
    boolean equal = true;
    for (int i = 0; equal && i < left.size(); i++) {
      run.budget().step();
      equal = same(run, left.get(i), right.get(i));
    }
    run.budget().leave();
    return equal;
  }

  /** Inside of collections, what is the same object is equal, even NaN. */
  private static boolean same(Run run, Object left, Object right) {
    return left == right || equal(run, left, right);
  }

  private static boolean equalDicts(Run run, DictValue left, DictValue right) {
    if (left.size() != right.size()) {
      return false;
    }
    run.budget().enter();
    boolean equal = true;
    for (Map.Entry<Object, DictValue.Entry> entry : left.hashed().entrySet()) {
      run.budget().step();
      Object other = right.getHashed(entry.getKey());
      if (other == null || !same(run, entry.getValue().value(), other)) {
        equal = false;
        break;
      }
    }
    run.budget().leave();
    return equal;
  }

  private static boolean equalRanges(RangeValue left, RangeValue right) {
    long length = left.length();
    if (length != right.length()) {
      return false;
    }
    return length == 0
        || (left.start() == right.start() && (length == 1 || left.step() == right.step()));
  }

  static boolean less(Run run, Object left, Object right) {
    if (Types.isNumber(left) && Types.isNumber(right)) {
      return !Numbers.isNaN(left) && !Numbers.isNaN(right) && Numbers.compare(left, right) < 0;
    }
    Integer order = order(run, left, right, false);
    return order != null && order < 0;
  }

  private static boolean lessOrEqual(Run run, Object left, Object right) {
    if (Types.isNumber(left) && Types.isNumber(right)) {
      return !Numbers.isNaN(left) && !Numbers.isNaN(right) && Numbers.compare(left, right) <= 0;
    }
    Integer order = order(run, left, right, true);
    return order != null && order <= 0;
  }

  /** The order of two strings or sequences; null where a part of them has none. */
  private static Integer order(Run run, Object left, Object right, boolean orEqual) {
    if (Types.isString(left) && Types.isString(right)) {
      String a = Types.text(left);
      String b = Types.text(right);
      run.budget().scan(Math.min(a.length(), b.length()));
      return Strings.compare(a, b);
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return orderItems(run, a.items(), b.items(), orEqual);
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return orderItems(run, a.items(), b.items(), orEqual);
    }
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw right instanceof Undefined undefined
        ? undefined.failure()
        : Failure.runtime(
            "a comparison of " + Types.name(left) + " and " + Types.name(right) + " by size");
  }

  private static Integer orderItems(
      Run run, List<Object> left, List<Object> right, boolean orEqual) {
    int shorter = Math.min(left.size(), right.size());
    for (int i = 0; i < shorter; i++) {
      run.budget().step();
      run.budget().enter();
      Object a = left.get(i);
      Object b = right.get(i);
      if (!same(run, a, b)) {
        boolean before = orEqual ? lessOrEqual(run, a, b) : less(run, a, b);
        run.budget().leave();
        return before ? -1 : 1;
      }
      run.budget().leave();
    }
    return Integer.compare(left.size(), right.size());
  }

  /** Python's {@code element in container}. */
  static boolean contains(Run run, Object container, Object element) {
    String text = Types.textOrNull(container);
    if (text != null) {
      String part = Types.textOrNull(element);
      if (part == null) {
        throw Failure.type("a string before 'in' and a string", element);
      }
      return Strings.find(run, text, part, 0) >= 0;
    }
    if (container instanceof DictValue dict) {
      return dict.get(run, element) != null;
    }
    if (container instanceof DictView view && view.part() == DictView.Part.KEYS) {
      return view.dict().get(run, element) != null;
    }
    if (container instanceof RangeValue range && Types.isInteger(element)) {
      return range.contains(Types.index(element));
    }
    Iterator<Object> items = Sequences.iterator(run, container);
    while (items.hasNext()) {
      run.budget().step();
      if (same(run, items.next(), element)) {
        return true;
      }
    }
    return false;
  }
}
