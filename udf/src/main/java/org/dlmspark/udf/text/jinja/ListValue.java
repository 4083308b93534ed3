package org.dlmspark.udf.text.jinja;

import java.util.List;

/** A list; a template cannot change one. */
final class ListValue {
  private final List<Object> items;

  ListValue(List<Object> items) {
    this.items = items;
  }

  List<Object> items() {
    return items;
  }
}
