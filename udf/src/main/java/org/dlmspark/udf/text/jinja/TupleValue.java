package org.dlmspark.udf.text.jinja;

import java.util.List;

/** A tuple, whose elements may have names. */
final class TupleValue {
  private final List<Object> items;
  private final List<String> names;

  TupleValue(List<Object> items) {
    this(items, List.of());
  }

  TupleValue(List<Object> items, List<String> names) {
    this.items = items;
    this.names = names;
  }

  static TupleValue of(Object... items) {
    return new TupleValue(List.of(items));
  }

  List<Object> items() {
    return items;
  }

  /** The element of a name; null if there is none. */
  Object named(String name) {
    int index = names.indexOf(name);
    return index < 0 ? null : items.get(index);
  }
}
