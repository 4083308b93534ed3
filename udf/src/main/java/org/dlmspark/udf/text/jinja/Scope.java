package org.dlmspark.udf.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** The variables of a frame; those it has not are looked for in the frames around it. */
final class Scope {
  private final Scope outer;
  private final Map<String, Object> variables = new HashMap<>(8);

  Scope(Scope outer) {
    this.outer = outer;
  }

  /** The value of a name; null if it has none. */
  Object find(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Object value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }
}
