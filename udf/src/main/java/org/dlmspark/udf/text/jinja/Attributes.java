package org.dlmspark.udf.text.jinja;

import java.util.Set;

/** {@code x.name} and {@code x[index]}, each of which tries the other where it finds nothing. */
final class Attributes {
  private static final Set<String> OF_NUMBERS =
      Set.of(
          "as_integer_ratio",
          "bit_count",
          "bit_length",
          "conjugate",
          "denominator",
          "from_bytes",
          "fromhex",
          "hex",
          "imag",
          "is_integer",
          "numerator",
          "real",
          "to_bytes");
  private static final Set<String> OF_GENERATORS = Set.of("send", "throw", "close");

  private Attributes() {}

  static Object attribute(Run run, Object object, String name) {
    Object value = own(run, object, name);
    if (value != null) {
      return value;
    }
    Object item = itemOrNull(run, object, name);
    return item == null ? Undefined.attribute(object, name) : item;
  }

  static Object item(Run run, Object object, Object index) {
    Object item = itemOrNull(run, object, index);
    if (item != null) {
      return item;
    }
    String name = Types.textOrNull(index);
    Object value = name == null ? null : own(run, object, name);
    return value == null ? Undefined.attribute(object, index) : value;
  }

  private static Object itemOrNull(Run run, Object object, Object index) {
    if (object instanceof DictValue dict) {
      boolean hashable =
          !(index instanceof ListValue || index instanceof DictValue || index instanceof DictView);
      return hashable ? dict.get(run, index) : null;
    }
    if (object instanceof Undefined undefined) {
      throw undefined.failure();
    }
    boolean sequence =
        object instanceof ListValue
            || object instanceof TupleValue
            || object instanceof RangeValue
            || Types.isString(object);
    return sequence ? Sequences.at(run, object, index) : null;
  }

  /** An attribute, without looking for an item; null if there is none. */
  static Object own(Run run, Object object, String name) {
    if (object instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (name.startsWith("__")) {
      return Undefined.unsafe(object, name);
    }
    if (name.startsWith("_")) {
      return ownPrivate(object, name);
    }
    if (object instanceof DictValue) {
      return CollectionMethods.CHANGING_DICT.contains(name)
          ? Undefined.unsafe(object, name)
          : method(object, CollectionMethods.find(object, name));
    }
    if (Types.isString(object)) {
      return method(object, StringMethods.find(name));
    }
    if (object instanceof ListValue && CollectionMethods.CHANGING_LIST.contains(name)) {
      return Undefined.unsafe(object, name);
    }
    if (object instanceof NamespaceValue namespace) {
      return namespace.attributes().get(name);
    }
    if (object instanceof LoopValue loop) {
      return loop.attribute(name);
    }
    return ofOthers(object, name);
  }

  private static Object ofOthers(Object object, String name) {
    if (object instanceof TupleValue tuple && tuple.named(name) != null) {
      return tuple.named(name);
    }
    if (object instanceof RangeValue range) {
      switch (name) {
        case "start" -> {
          return range.start();
        }
        case "stop" -> {
          return range.stop();
        }
        case "step" -> {
          return range.step();
        }
        default -> {}
      }
    }
    if (object instanceof ListValue
        || object instanceof TupleValue
        || object instanceof RangeValue) {
      return method(object, CollectionMethods.find(object, name));
    }
    if (object instanceof MacroValue macro) {
      return macro.attribute(name);
    }
    if (object instanceof Cycler cycler) {
      return cycler.attribute(name);
    }
    if (object instanceof Joiner joiner) {
      return joiner.attribute(name);
    }
    boolean known =
        (Types.isNumber(object) && OF_NUMBERS.contains(name))
            || (object instanceof IteratorValue && OF_GENERATORS.contains(name))
            || (object instanceof DictView && (name.equals("mapping") || name.equals("isdisjoint")))
            || (object instanceof Callable && !(object instanceof Method));
    if (known) {
      throw Failure.unsupported("the attribute '" + name + "' of a " + Types.name(object));
    }
    return null;
  }

  /** Only what a template named itself so is there, and is kept from it all the same. */
  private static Object ownPrivate(Object object, String name) {
    boolean there =
        object instanceof NamespaceValue namespace && namespace.attributes().get(name) != null;
    return there || !(object instanceof DictValue) ? Undefined.unsafe(object, name) : null;
  }

  private static Object method(Object self, Method.Body body) {
    return body == null ? null : new Method(self, body);
  }
}
