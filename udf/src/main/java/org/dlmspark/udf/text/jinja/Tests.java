package org.dlmspark.udf.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The tests of {@code is}. */
final class Tests {
  private static final long SMALL_LEAST = -5;
  private static final long SMALL_GREATEST = 256;

  /** What a test finds of a value and one more. */
  private interface Test {
    boolean holds(Run run, Object value, Object other);
  }

  private static final Map<String, Predicate<Object>> OF_ONE = new HashMap<>();
  private static final Map<String, Test> OF_TWO = new HashMap<>();

  static {
    OF_ONE.put("boolean", value -> value instanceof Boolean);
    OF_ONE.put("callable", value -> value instanceof Callable || value instanceof Undefined);
    OF_ONE.put("defined", value -> !(value instanceof Undefined));
    OF_ONE.put("escaped", value -> value instanceof Markup);
    OF_ONE.put("false", value -> Boolean.FALSE.equals(value));
    OF_ONE.put("filter", value -> isName(value) && Filters.has(Types.textOrNull(value)));
    OF_ONE.put("float", value -> value instanceof Double);
    OF_ONE.put("integer", value -> Types.isInteger(value) && !(value instanceof Boolean));
    OF_ONE.put("iterable", Sequences::isIterable);
    OF_ONE.put("mapping", value -> value instanceof DictValue);
    OF_ONE.put("none", value -> value == None.NONE);
    OF_ONE.put("number", Types::isNumber);
    OF_ONE.put("sequence", Tests::isSequence);
    OF_ONE.put("string", Types::isString);
    OF_ONE.put("test", value -> isName(value) && has(Types.textOrNull(value)));
    OF_ONE.put("true", Boolean.TRUE::equals);
    OF_ONE.put("undefined", value -> value instanceof Undefined);
    for (String name : new String[] {"eq", "equalto", "=="}) {
      OF_TWO.put(name, Comparison::equal);
    }
    for (String name : new String[] {"ne", "!="}) {
      OF_TWO.put(name, (run, value, other) -> !Comparison.equal(run, value, other));
    }
    comparison("<", "lt", "lessthan");
    comparison("<=", "le");
    comparison(">", "gt", "greaterthan");
    comparison(">=", "ge");
    OF_TWO.put("in", (run, value, other) -> Comparison.contains(run, other, value));
    OF_TWO.put("sameas", (run, value, other) -> isSame(run, value, other));
    OF_TWO.put("divisibleby", (run, value, other) -> remainder(run, value, other, 0));
  }

  private Tests() {}

  private static void comparison(String operator, String... names) {
    Test test = (run, value, other) -> Comparison.apply(run, operator, value, other);
    OF_TWO.put(operator, test);
    for (String name : names) {
      OF_TWO.put(name, test);
    }
  }

  static boolean has(String name) {
    return OF_ONE.containsKey(name) || OF_TWO.containsKey(name) || isOfText(name);
  }

  /** The tests that look at the text of a value or divide it, and so cost steps. */
  private static boolean isOfText(String name) {
    return switch (name) {
      case "lower", "upper", "odd", "even" -> true;
      default -> false;
    };
  }

  static boolean apply(Run run, String name, Object value, CallArguments given) {
    Predicate<Object> one = OF_ONE.get(name);
    if (one != null) {
      given.bind(name, 0);
      return one.test(value);
    }
    Test two = OF_TWO.get(name);
    if (two != null) {
      return two.holds(run, value, given.bind(name, 1, parameter(name))[0]);
    }
    if (!isOfText(name)) {
      throw Failure.unsupported("the test '" + name + "'");
    }
    given.bind(name, 0);
    return switch (name) {
      case "odd" -> remainder(run, value, 2L, 1);
      case "even" -> remainder(run, value, 2L, 0);
      case "lower" -> Letters.isLower(scanned(run, value));
      default -> Letters.isUpper(scanned(run, value));
    };
  }

  private static String parameter(String name) {
    return switch (name) {
      case "divisibleby" -> "num";
      case "sameas" -> "other";
      case "in" -> "seq";
      default -> "";
    };
  }

  private static String scanned(Run run, Object value) {
    String text = Printer.text(run, value);
    run.budget().scan(text.length());
    return text;
  }

  private static boolean remainder(Run run, Object value, Object divisor, long wanted) {
    return Comparison.equal(run, Arithmetic.apply(run, "%", value, divisor), wanted);
  }

  private static boolean isName(Object value) {
    if (value instanceof ListValue || value instanceof DictValue) {
      throw Failure.type("a name", value);
    }
    return Types.isString(value);
  }

  private static boolean isSequence(Object value) {
    return Types.isString(value)
        || value instanceof ListValue
        || value instanceof TupleValue
        || value instanceof DictValue
        || value instanceof RangeValue
        || value instanceof Undefined;
  }

  /** Whether two are the same object, where Python's answer does not hang on how it stores them. */
  private static boolean isSame(Run run, Object value, Object other) {
    if (value instanceof Boolean || other instanceof Boolean) {
      return value.equals(other);
    }
    if (value instanceof Long a && other instanceof Long b) {
      if (!a.equals(b) || (a >= SMALL_LEAST && a <= SMALL_GREATEST)) {
        return a.equals(b);
      }
      throw Failure.unsupported("sameas of two large numbers");
    }
    run.budget().scan(value instanceof String text ? text.length() : 0);
    if ((value instanceof String && value.equals(other))
        || (value instanceof Double && value.equals(other))) {
      throw Failure.unsupported("sameas of two equal values of type " + Types.name(value));
    }
    return value == other;
  }
}
