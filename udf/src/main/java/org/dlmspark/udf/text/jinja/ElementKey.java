package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a filter looks at in an element: the element itself, or an attribute {@code a.b.0} of it.
 */
final class ElementKey {
  private final Run run;
  private final List<Object> path;
  private final boolean ignoresCase;
  private final Object absent;

  /**
   * A key.
   *
   * @param attribute the path; null or {@code none} for the element itself
   * @param ignoresCase whether strings count in lower case
   * @param absent stands for what is undefined; null or {@code none} leaves it undefined
   */
  ElementKey(Run run, Object attribute, boolean ignoresCase, Object absent) {
    this.run = run;
    this.path = path(attribute);
    this.ignoresCase = ignoresCase;
    this.absent = absent == None.NONE ? null : absent;
  }

  static List<Object> path(Object attribute) {
    List<Object> path = new ArrayList<>();
    if (attribute == null || attribute == None.NONE) {
      return path;
    }
    String text = Types.textOrNull(attribute);
    if (text == null) {
      path.add(attribute);
      return path;
    }
    for (String part : text.split("\\.", -1)) {
      boolean index = !part.isEmpty() && FormatSpec.digitsEnd(part, 0) == part.length();
      path.add(index ? (Object) FormatSpec.number(part, 0, part.length()) : part);
    }
    return path;
  }

  Object of(Object element) {
    Object value = element;
    for (Object part : path) {
      value = Attributes.item(run, value, part);
      if (absent != null && value instanceof Undefined) {
        value = absent;
      }
    }
    return ignoresCase ? withoutCase(run, value) : value;
  }

  static Object withoutCase(Run run, Object value) {
    String text = Types.textOrNull(value);
    if (text == null) {
      return value;
    }
    run.budget().string(text.length());
    return text.toLowerCase(Locale.ROOT);
  }

  /** Whether a flag that may not be given is set. */
  static boolean flag(Object value) {
    return value != null && Types.truth(value);
  }
}
