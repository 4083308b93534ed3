package org.dlmspark.udf.text.jinja;

import java.util.Iterator;

/** What {@code keys()}, {@code values()} and {@code items()} of a dict give. */
record DictView(DictValue dict, Part part) {
  enum Part {
    KEYS,
    VALUES,
    ITEMS
  }

  Iterator<Object> iterator() {
    Iterator<DictValue.Entry> entries = dict.entries().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public Object next() {
        DictValue.Entry entry = entries.next();
        return switch (part) {
          case KEYS -> entry.key();
          case VALUES -> entry.value();
          case ITEMS -> TupleValue.of(entry.key(), entry.value());
        };
      }
    };
  }
}
