package org.dlmspark.udf.text.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Elements that come one by one and once only, as Python's generators: what {@code map}, {@code
 * select}, {@code reverse} and others give. It is always true, and has no length.
 */
final class IteratorValue {
  private final Iterator<Object> elements;

  /** How many iterators ask each other for an element of this one. */
  private final int chained;

  IteratorValue(Iterator<Object> elements) {
    this(elements, 1);
  }

  private IteratorValue(Iterator<Object> elements, int chained) {
    this.elements = elements;
    this.chained = chained;
  }

  Iterator<Object> elements() {
    return elements;
  }

  /** Elements made of an input, which nobody looks at before the first of them is wanted. */
  static IteratorValue later(Run run, Object input, Supplier<Iterator<Object>> maker) {
    int depth = input instanceof IteratorValue inner ? inner.chained + 1 : 1;
    run.budget().chain(depth);
    return new IteratorValue(
        new Iterator<>() {
          private Iterator<Object> made;

          @Override
          public boolean hasNext() {
            made = made == null ? maker.get() : made;
            return made.hasNext();
          }

          @Override
          public Object next() {
            made = made == null ? maker.get() : made;
            return made.next();
          }
        },
        depth);
  }

  /**
   * The elements for which a function gives something, as what it gives; it gives null for none.
   */
  static Iterator<Object> lazily(Iterator<Object> elements, Function<Object, Object> function) {
    return new Iterator<>() {
      private Object following;

      @Override
      public boolean hasNext() {
        while (following == null && elements.hasNext()) {
          following = function.apply(elements.next());
        }
        return following != null;
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Object element = following;
        following = null;
        return element;
      }
    };
  }
}
