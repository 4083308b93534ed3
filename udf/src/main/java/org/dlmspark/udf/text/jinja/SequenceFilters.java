package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The filters that look at sequences as a whole. */
final class SequenceFilters {
  static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("first", SequenceFilters::first),
          Map.entry("last", SequenceFilters::last),
          Map.entry("length", SequenceFilters::length),
          Map.entry("count", SequenceFilters::length),
          Map.entry("list", SequenceFilters::list),
          Map.entry("join", SequenceFilters::join),
          Map.entry("reverse", SequenceFilters::reverse),
          Map.entry("sort", SequenceFilters::sort),
          Map.entry("unique", SequenceFilters::unique),
          Map.entry("min", (run, input, given) -> extreme(run, "min", input, given)),
          Map.entry("max", (run, input, given) -> extreme(run, "max", input, given)),
          Map.entry("sum", SequenceFilters::sum));

  private SequenceFilters() {}

  private static Object first(Run run, Object input, CallArguments given) {
    given.bind("first", 0);
    Iterator<Object> items = Sequences.iterator(run, input);
    return items.hasNext() ? items.next() : Undefined.of("the first of nothing");
  }

  private static Object last(Run run, Object input, CallArguments given) {
    given.bind("last", 0);
    if (input instanceof ListValue list && !list.items().isEmpty()) {
      return list.items().get(list.items().size() - 1);
    }
    Iterator<Object> items = Sequences.reversed(run, input);
    if (items == null) {
      throw Failure.type("a sequence that has a last element", input);
    }
    return items.hasNext() ? items.next() : Undefined.of("the last of nothing");
  }

  private static Object length(Run run, Object input, CallArguments given) {
    given.bind("length", 0);
    return Sequences.length(run, input);
  }

  private static Object list(Run run, Object input, CallArguments given) {
    given.bind("list", 0);
    return new ListValue(Sequences.toList(run, input));
  }

  private static Object join(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("join", 0, "d", "attribute");
    String separator = values[0] == null ? "" : Printer.text(run, values[0]);
    ElementKey key = new ElementKey(run, values[1], false, null);
    Iterator<Object> items = Sequences.iterator(run, input);
    StringBuilder result = new StringBuilder();
    for (boolean first = true; items.hasNext(); first = false) {
      result.append(first ? "" : separator);
      result.append(Printer.text(run, key.of(items.next())));
      run.budget().stringGrows(result.length());
    }
    run.budget().scan(result.length());
    return result.toString();
  }

  private static Object reverse(Run run, Object input, CallArguments given) {
    given.bind("reverse", 0);
    if (Types.isString(input)) {
      run.budget().scan(Types.text(input).length());
      return StringMethods.like(input, new StringBuilder(Types.text(input)).reverse().toString());
    }
    Iterator<Object> reversed = Sequences.reversed(run, input);
    if (reversed != null) {
      return new IteratorValue(reversed);
    }
    List<Object> items = Sequences.toList(run, input);
    java.util.Collections.reverse(items);
    return new ListValue(items);
  }

  private static Object sort(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean ignoresCase = !ElementKey.flag(values[1]);
    List<ElementKey> keys = new ArrayList<>();
    String several = values[2] == null ? null : Types.textOrNull(values[2]);
    if (several == null) {
      keys.add(new ElementKey(run, values[2], ignoresCase, null));
    } else {
      for (String attribute : several.split(",", -1)) {
        keys.add(new ElementKey(run, attribute, ignoresCase, null));
      }
    }
    List<Object> items = Sequences.toList(run, input);
    return new ListValue(
        Sorting.sorted(run, items, item -> keysOf(keys, item), ElementKey.flag(values[0])));
  }

  private static Object keysOf(List<ElementKey> keys, Object item) {
    List<Object> parts = new ArrayList<>(keys.size());
    for (ElementKey key : keys) {
      parts.add(key.of(item));
    }
    return new ListValue(parts);
  }

  private static Object unique(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("unique", 0, "case_sensitive", "attribute");
    return IteratorValue.later(
        run,
        input,
        () -> {
          ElementKey key = new ElementKey(run, values[1], !ElementKey.flag(values[0]), null);
          Map<Object, Object> seen = new LinkedHashMap<>();
          for (Object item : Sequences.toList(run, input)) {
            seen.putIfAbsent(HashKeys.of(run, key.of(item)), item);
          }
          return seen.values().iterator();
        });
  }

  private static Object extreme(Run run, String name, Object input, CallArguments given) {
    Object[] values = given.bind(name, 0, "case_sensitive", "attribute");
    ElementKey key = new ElementKey(run, values[1], !ElementKey.flag(values[0]), null);
    Object best = null;
    Object bestKey = null;
    for (Object item : Sequences.toList(run, input)) {
      Object itemKey = key.of(item);
      boolean better =
          best == null
              || (name.equals("min")
                  ? Comparison.less(run, itemKey, bestKey)
                  : Comparison.less(run, bestKey, itemKey));
      if (better) {
        best = item;
        bestKey = itemKey;
      }
    }
    return best == null ? Undefined.of("the " + name + " of nothing") : best;
  }

  private static Object sum(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("sum", 0, "attribute", "start");
    ElementKey key = new ElementKey(run, values[0], false, null);
    Object sum = values[1] == null ? (Object) 0L : values[1];
    if (Types.isString(sum)) {
      throw Failure.type("a start other than", sum);
    }
    for (Object item : Sequences.toList(run, input)) {
      sum = Arithmetic.apply(run, "+", sum, key.of(item));
    }
    return sum;
  }
}
