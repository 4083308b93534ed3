package org.dlmspark.udf.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Copies plain Java data into a template's own values, so that it reaches no other object. */
final class JavaValues {
  private static final int MAX_DEPTH = 200;

  private JavaValues() {}

  static Object copy(Object value) {
    return copy(value, 0);
  }

  private static Object copy(Object value, int depth) {
    if (value instanceof String || value instanceof Boolean || value instanceof Long) {
      return value;
    } else if (value == null) {
      return None.NONE;
    } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    } else if (value instanceof Double || value instanceof Float) {
      return ((Number) value).doubleValue();
    } else if (value instanceof BigInteger number) {
      return Numbers.normal(number);
    }
    if (depth == MAX_DEPTH) {
      throw new IllegalArgumentException("a variable is nested too deeply");
    }
    if (value instanceof Map<?, ?> map) {
      DictValue dict = new DictValue();
      map.forEach((key, element) -> dict.put(key(key), copy(element, depth + 1)));
      return dict;
    } else if (value instanceof Iterable<?> elements) {
      List<Object> items = new ArrayList<>();
      elements.forEach(element -> items.add(copy(element, depth + 1)));
      return new ListValue(items);
    }
    throw new IllegalArgumentException("a variable of " + value.getClass());
  }

  private static String key(Object key) {
    if (key instanceof String name) {
      return name;
    }
    throw new IllegalArgumentException("a key of a variable is no string: " + key);
  }
}
