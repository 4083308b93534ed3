package org.dlmspark.udf.text.jinja;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dict in the order in which its keys came; a template cannot change one. */
final class DictValue {
  /** By what stands for a key in Java, see {@link HashKeys}. */
  private final Map<Object, Entry> entries = new LinkedHashMap<>();

  record Entry(Object key, Object value) {}

  void put(Run run, Object key, Object value) {
    putHashed(HashKeys.of(run, key), key, value);
  }

  void put(String key, Object value) {
    putHashed(key, key, value);
  }

  private void putHashed(Object hashed, Object key, Object value) {
    Entry old = entries.get(hashed);
    // Python keeps the first of equal keys: {1: 'a', true: 'b'} is {1: 'b'}.
    entries.put(hashed, new Entry(old == null ? key : old.key(), value));
  }

  void putAll(DictValue other) {
    other.entries.forEach((hashed, entry) -> putHashed(hashed, entry.key(), entry.value()));
  }

  /** The value of a key; null if there is none. */
  Object get(Run run, Object key) {
    return getHashed(HashKeys.of(run, key));
  }

  Object get(String key) {
    return getHashed(key);
  }

  Object getHashed(Object hashed) {
    Entry entry = entries.get(hashed);
    return entry == null ? null : entry.value();
  }

  Map<Object, Entry> hashed() {
    return entries;
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  int size() {
    return entries.size();
  }
}
