package org.dlmspark.udf.text.jinja;

import java.util.List;

/** What {@code cycler} makes: gives its items in turn. */
final class Cycler {
  private final List<Object> items;
  private int position;

  Cycler(List<Object> items) {
    if (items.isEmpty()) {
      throw Failure.runtime("cycler needs at least one item");
    }
    this.items = items;
  }

  /** An attribute; null for one that it has not. */
  Object attribute(String name) {
    return switch (name) {
      case "current" -> items.get(position);
      case "pos" -> (long) position;
      case "items" -> new TupleValue(items);
      case "next" ->
          new Method(
              this,
              (run, self, arguments) -> {
                arguments.bind("next", 0);
                Object item = items.get(position);
                position = (position + 1) % items.size();
                return item;
              });
      case "reset" ->
          new Method(
              this,
              (run, self, arguments) -> {
                arguments.bind("reset", 0);
                position = 0;
                return None.NONE;
              });
      default -> null;
    };
  }
}
