package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The filters that make pairs and groups. */
final class GroupFilters {
  static final Map<String, Filter> ALL =
      Map.of(
          "items", GroupFilters::items,
          "dictsort", GroupFilters::dictsort,
          "groupby", GroupFilters::groupby,
          "batch", GroupFilters::batch,
          "slice", GroupFilters::slice);

  private GroupFilters() {}

  private static Object items(Run run, Object input, CallArguments given) {
    given.bind("items", 0);
    return IteratorValue.later(
        run,
        input,
        () -> {
          if (input instanceof Undefined) {
            return Collections.emptyIterator();
          }
          if (!(input instanceof DictValue dict)) {
            throw Types.wrong("a dict", input);
          }
          return new DictView(dict, DictView.Part.ITEMS).iterator();
        });
  }

  private static Object dictsort(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    boolean ignoresCase = !ElementKey.flag(values[0]);
    String by = values[1] == null ? "key" : Types.text(values[1]);
    if (!by.equals("key") && !by.equals("value")) {
      throw Failure.runtime("dictsort sorts by 'key' or 'value'");
    }
    if (!(input instanceof DictValue dict)) {
      throw Types.wrong("a dict", input);
    }
    int part = by.equals("key") ? 0 : 1;
    List<Object> pairs = Sequences.toList(run, new DictView(dict, DictView.Part.ITEMS));
    return new ListValue(
        Sorting.sorted(
            run,
            pairs,
            pair -> {
              Object key = ((TupleValue) pair).items().get(part);
              return ignoresCase ? ElementKey.withoutCase(run, key) : key;
            },
            ElementKey.flag(values[2])));
  }

  private static Object groupby(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("groupby", 1, "attribute", "default", "case_sensitive");
    boolean ignoresCase = !ElementKey.flag(values[2]);
    ElementKey key = new ElementKey(run, values[0], ignoresCase, values[1]);
    ElementKey shown = new ElementKey(run, values[0], false, values[1]);
    List<Object> sorted = Sorting.sorted(run, Sequences.toList(run, input), key::of, false);
    List<Object> groups = new ArrayList<>();
    List<Object> group = new ArrayList<>();
    Object groupKey = null;
    for (Object item : sorted) {
      Object itemKey = key.of(item);
      if (!group.isEmpty() && !Comparison.equal(run, groupKey, itemKey)) {
        groups.add(group(shown, group));
        group = new ArrayList<>();
      }
      groupKey = group.isEmpty() ? itemKey : groupKey;
      group.add(item);
    }
    if (!group.isEmpty()) {
      groups.add(group(shown, group));
    }
    return new ListValue(groups);
  }

  private static Object group(ElementKey key, List<Object> items) {
    return new TupleValue(
        List.of(key.of(items.get(0)), new ListValue(items)), List.of("grouper", "list"));
  }

  private static Object batch(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("batch", 1, "linecount", "fill_with");
    return IteratorValue.later(run, input, () -> batches(run, input, values[0], fill(values[1])));
  }

  /** What makes up for missing elements; null for nothing. */
  private static Object fill(Object given) {
    return given == None.NONE ? null : given;
  }

  private static Iterator<Object> batches(Run run, Object input, Object count, Object fill) {
    long size = Types.index(count);
    List<Object> batches = new ArrayList<>();
    List<Object> batch = new ArrayList<>();
    for (Object item : Sequences.toList(run, input)) {
      if (batch.size() == size) {
        batches.add(new ListValue(batch));
        batch = new ArrayList<>();
      }
      batch.add(item);
    }
    if (!batch.isEmpty()) {
      run.budget().list(fill == null ? 0 : Math.max(0, size));
      while (fill != null && batch.size() < size) {
        batch.add(fill);
      }
      batches.add(new ListValue(batch));
    }
    return batches.iterator();
  }

  private static Object slice(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("slice", 1, "slices", "fill_with");
    return IteratorValue.later(run, input, () -> slices(run, input, values[0], fill(values[1])));
  }

  private static Iterator<Object> slices(Run run, Object input, Object number, Object fill) {
    List<Object> items = Sequences.toList(run, input);
    long count = Types.index(number);
    if (count == 0) {
      throw Failure.runtime("a division by zero");
    }
    run.budget().list(Math.max(0, count));
    long each = items.size() / Math.max(1, count);
    long longer = items.size() % Math.max(1, count);
    List<Object> slices = new ArrayList<>();
    int from = 0;
    for (long i = 0; i < count; i++) {
      int to = from + (int) each + (i < longer ? 1 : 0);
      List<Object> slice = new ArrayList<>(items.subList(from, to));
      if (fill != null && i >= longer) {
        slice.add(fill);
      }
      slices.add(new ListValue(slice));
      from = to;
    }
    return slices.iterator();
  }
}
