package org.dlmspark.udf.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of Python's lists, tuples, dicts and ranges that change nothing. */
final class CollectionMethods {
  static final Set<String> CHANGING_LIST =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  static final Set<String> CHANGING_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private static final Map<String, Method.Body> SEQUENCE =
      Map.of("index", CollectionMethods::index, "count", CollectionMethods::count);

  private static final Map<String, Method.Body> DICT =
      Map.of(
          "get", CollectionMethods::get,
          "keys", (run, self, given) -> view("keys", self, given, DictView.Part.KEYS),
          "values", (run, self, given) -> view("values", self, given, DictView.Part.VALUES),
          "items", (run, self, given) -> view("items", self, given, DictView.Part.ITEMS),
          "copy", CollectionMethods::copy);

  private CollectionMethods() {}

  /** The method of a name; null if there is none. */
  static Method.Body find(Object self, String name) {
    if (self instanceof DictValue) {
      if (name.equals("fromkeys")) {
        throw Failure.unsupported("the method 'fromkeys' of a dict");
      }
      return DICT.get(name);
    }
    if (self instanceof ListValue && name.equals("copy")) {
      return CollectionMethods::copy;
    }
    return SEQUENCE.get(name);
  }

  /** Nothing can change, so that a copy is the same but for {@code is sameas}. */
  private static Object copy(Run run, Object self, CallArguments given) {
    given.bind("copy", 0);
    if (self instanceof ListValue list) {
      return new ListValue(list.items());
    }
    DictValue copy = new DictValue();
    run.budget().list(((DictValue) self).size());
    copy.putAll((DictValue) self);
    return copy;
  }

  private static Object get(Run run, Object self, CallArguments given) {
    Object[] values = given.bind("get", 1, 2);
    Object value = ((DictValue) self).get(run, values[0]);
    if (value != null) {
      return value;
    }
    return values[1] == null ? None.NONE : values[1];
  }

  private static Object view(String name, Object self, CallArguments given, DictView.Part part) {
    given.bind(name, 0);
    return new DictView((DictValue) self, part);
  }

  private static Object index(Run run, Object self, CallArguments given) {
    Object[] values = given.bind("index", 1, 3);
    List<Object> items = Sequences.toList(run, self);
    long from = bound(Types.index(values[1], 0), items.size());
    long to = bound(Types.index(values[2], items.size()), items.size());
    for (long i = from; i < Math.min(to, items.size()); i++) {
      if (isSame(run, items.get((int) i), values[0])) {
        return i;
      }
    }
    throw Failure.runtime("the sequence has no such element");
  }

  private static long bound(long given, long length) {
    return given < 0 ? Math.max(0, given + length) : given;
  }

  private static Object count(Run run, Object self, CallArguments given) {
    Object wanted = given.bind("count", 1, 1)[0];
    long count = 0;
    for (Object item : Sequences.toList(run, self)) {
      count += isSame(run, item, wanted) ? 1 : 0;
    }
    return count;
  }

  private static boolean isSame(Run run, Object item, Object wanted) {
    return item == wanted || Comparison.equal(run, item, wanted);
  }
}
