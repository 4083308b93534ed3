package org.dlmspark.udf.text.jinja;

import java.math.BigInteger;

/** What kind of value something is, as Python sees it. */
final class Types {
  private Types() {}

  /** The characters of a string; null for anything else. */
  static String textOrNull(Object value) {
    if (value instanceof String text) {
      return text;
    }
    return value instanceof Markup markup ? markup.text() : null;
  }

  /** The characters of what must be a string. */
  static String text(Object value) {
    String text = textOrNull(value);
    if (text == null) {
      throw wrong("a string", value);
    }
    return text;
  }

  static boolean isString(Object value) {
    return value instanceof String || value instanceof Markup;
  }

  static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
  }

  static boolean isNumber(Object value) {
    return isInteger(value) || value instanceof Double;
  }

  /** A count or an index: an int that need not be larger than what memory holds. */
  static long index(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    if (value instanceof BigInteger number) {
      return number.signum() < 0 ? Long.MIN_VALUE / 4 : Long.MAX_VALUE / 4;
    }
    throw wrong("an int", value);
  }

  /** An argument that is not given or {@code none} counts as another value. */
  static long index(Object value, long absent) {
    return value == null || value == None.NONE ? absent : index(value);
  }

  /** The failure of a value that is not of a kind; an undefined one says what it is. */
  static Failure wrong(String expected, Object value) {
    return value instanceof Undefined undefined
        ? undefined.failure()
        : Failure.type(expected, value);
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Markup markup) {
      return !markup.text().isEmpty();
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    if (value == None.NONE || value instanceof Undefined) {
      return false;
    }
    long length = Sequences.lengthOrMinus(value);
    return length != 0;
  }

  static String name(Object value) {
    if (value instanceof String) {
      return "str";
    } else if (value instanceof Markup) {
      return "Markup";
    } else if (value instanceof Boolean) {
      return "bool";
    } else if (isInteger(value)) {
      return "int";
    } else if (value instanceof Double) {
      return "float";
    } else if (value == None.NONE) {
      return "None";
    } else if (value instanceof Undefined) {
      return "Undefined";
    } else if (value instanceof ListValue) {
      return "list";
    } else if (value instanceof TupleValue) {
      return "tuple";
    } else if (value instanceof DictValue) {
      return "dict";
    } else if (value instanceof DictView view) {
      return "dict_" + view.part().name().toLowerCase(java.util.Locale.ROOT);
    } else if (value instanceof RangeValue) {
      return "range";
    } else if (value instanceof IteratorValue) {
      return "generator";
    } else if (value instanceof NamespaceValue) {
      return "namespace";
    } else if (value instanceof LoopValue) {
      return "loop";
    } else if (value instanceof MacroValue) {
      return "macro";
    }
    return value instanceof Callable ? "function" : "object";
  }

  /** A value in a message: a short string or number itself, else its kind. */
  static String described(Object value) {
    String text = textOrNull(value);
    if (text != null && text.length() <= 60) {
      return "'" + text + "'";
    }
    if (value instanceof Long || value instanceof Boolean || value == None.NONE) {
      return value instanceof Long ? value.toString() : name(value);
    }
    return "a value of type " + name(value);
  }
}
