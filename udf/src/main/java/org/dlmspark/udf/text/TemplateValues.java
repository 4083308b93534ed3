package org.dlmspark.udf.text;

import com.hubspot.jinjava.el.ObjectUnwrapper;
import java.util.Map;

/**
 * Looks at every value that a template computes and refuses one that is too large. A list that
 * holds another list twice, some forty times over, is small in memory and endless to print or
 * compare.
 *
 * @param maxCharacters the most characters that a value may hold, in all its strings together
 * @param budget asked at every value
 */
record TemplateValues(long maxCharacters, RenderBudget budget) implements ObjectUnwrapper {
  private static final int MAX_ELEMENTS = 10_000;

  @Override
  public Object unwrapObject(Object value) {
    budget.check();
    if (value instanceof Iterable || value instanceof Map) {
      new Count().add(value);
    }
    return value;
  }

  private final class Count {
    private int elements;
    private long characters;

    private void add(Object value) {
      elements++;
      if (value instanceof CharSequence text) {
        characters += text.length();
      }
      if (elements > MAX_ELEMENTS || characters > maxCharacters) {
        throw new IllegalStateException(
            "a value has more than "
                + MAX_ELEMENTS
                + " elements or "
                + maxCharacters
                + " characters");
      }
      if (value instanceof Map<?, ?> map) {
        map.forEach(
            (key, element) -> {
              add(key);
              add(element);
            });
      } else if (value instanceof Iterable<?> list) {
        list.forEach(this::add);
      } else if (value instanceof Map.Entry<?, ?> entry) {
        add(entry.getKey());
        add(entry.getValue());
      }
    }
  }
}
