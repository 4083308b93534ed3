package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Sorts as Python does: stable, and with nothing but {@code <}, so that keys without a consistent
 * order give an order and no failure of Java's.
 */
final class Sorting {
  private Sorting() {}

  private record Keyed<T>(Object key, T item) {}

  static <T> List<T> sorted(Run run, List<T> items, Function<T, Object> key, boolean reverse) {
    List<Keyed<T>> keyed = new ArrayList<>(items.size());
    for (T item : items) {
      run.budget().step();
      keyed.add(new Keyed<>(key.apply(item), item));
    }
    List<T> result = new ArrayList<>(items.size());
    for (Keyed<T> entry : merged(run, keyed, reverse)) {
      result.add(entry.item());
    }
    return result;
  }

  private static <T> List<Keyed<T>> merged(Run run, List<Keyed<T>> items, boolean reverse) {
    if (items.size() < 2) {
      return items;
    }
    int middle = items.size() / 2;
    List<Keyed<T>> left = merged(run, items.subList(0, middle), reverse);
    List<Keyed<T>> right = merged(run, items.subList(middle, items.size()), reverse);
    List<Keyed<T>> result = new ArrayList<>(items.size());
    int i = 0;
    int j = 0;
    while (i < left.size() && j < right.size()) {
      run.budget().step();
      Object a = left.get(i).key();
      Object b = right.get(j).key();
      // Equal ones keep their order in both directions.
      boolean takeRight = reverse ? Comparison.less(run, a, b) : Comparison.less(run, b, a);
      result.add(takeRight ? right.get(j++) : left.get(i++));
    }
    result.addAll(left.subList(i, left.size()));
    result.addAll(right.subList(j, right.size()));
    return result;
  }
}
