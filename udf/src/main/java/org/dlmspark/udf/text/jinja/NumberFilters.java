package org.dlmspark.udf.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;

/** The filters for numbers. */
final class NumberFilters {
  static final Map<String, Filter> ALL =
      Map.of(
          "abs", NumberFilters::abs,
          "int", NumberFilters::integer,
          "float", NumberFilters::real,
          "round", NumberFilters::round,
          "filesizeformat", NumberFilters::fileSize);

  private static final int MAX_PRECISION = 400;
  private static final String[] PREFIXES = {"k", "M", "G", "T", "P", "E", "Z", "Y"};

  private NumberFilters() {}

  private static Object abs(Run run, Object input, CallArguments given) {
    given.bind("abs", 0);
    if (input instanceof Double number) {
      return Math.abs(number);
    }
    if (!Types.isInteger(input)) {
      throw Types.wrong("a number", input);
    }
    return Numbers.normal(Numbers.big(input).abs());
  }

  private static Object integer(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("int", 0, "default", "base");
    Object otherwise = values[0] == null ? (Object) 0L : values[0];
    if (input instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (Types.isInteger(input)) {
      return Arithmetic.positive(input);
    }
    if (input instanceof Double number) {
      return number.isNaN() ? otherwise : Numbers.truncated(number);
    }
    String text = Types.textOrNull(input);
    if (text == null) {
      return otherwise;
    }
    run.budget().scan(text.length() * 5L);
    int base = (int) Math.max(-1, Math.min(99, values[1] == null ? 10 : Types.index(values[1])));
    Object parsed = Numbers.parseInt(text, base);
    if (parsed != null) {
      return parsed;
    }
    Double number = Numbers.parseFloat(text);
    boolean finite = number != null && !number.isNaN() && !number.isInfinite();
    return finite ? Numbers.truncated(number) : otherwise;
  }

  private static Object real(Run run, Object input, CallArguments given) {
    Object value = given.bind("float", 0, "default")[0];
    Object otherwise = value == null ? (Object) 0.0 : value;
    if (input instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (Types.isNumber(input)) {
      return Numbers.real(input);
    }
    String text = Types.textOrNull(input);
    run.budget().scan(text == null ? 0 : text.length());
    Double number = text == null ? null : Numbers.parseFloat(text);
    return number == null ? otherwise : number;
  }

  private static Object round(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("round", 0, "precision", "method");
    long precision = values[0] == null ? 0 : Types.index(values[0]);
    String method = values[1] == null ? "common" : Types.text(values[1]);
    if (!Types.isNumber(input)) {
      throw Types.wrong("a number", input);
    }
    run.budget().steps(4 * FloatText.STEPS);
    if (Math.abs(precision) > MAX_PRECISION) {
      throw Failure.unsupported("rounding to that many digits");
    }
    return switch (method) {
      case "common" -> rounded(input, (int) precision);
      case "ceil", "floor" -> bounded(run, input, precision, method.equals("ceil"));
      default -> throw Failure.runtime("round has no method " + Types.described(method));
    };
  }

  private static Object rounded(Object number, int precision) {
    if (number instanceof Double real) {
      if (real.isNaN() || real.isInfinite()) {
        return real;
      }
      double result =
          new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
      return Math.copySign(result, real);
    }
    BigInteger whole = Numbers.big(number);
    return Numbers.normal(
        precision >= 0
            ? whole
            : new BigDecimal(whole).setScale(precision, RoundingMode.HALF_EVEN).toBigInteger());
  }

  private static Object bounded(Run run, Object number, long precision, boolean up) {
    Object power = Arithmetic.apply(run, "**", 10L, precision);
    Object scaled = Arithmetic.apply(run, "*", number, power);
    Object whole = scaled;
    if (scaled instanceof Double real) {
      whole = Numbers.truncated(up ? Math.ceil(real) : Math.floor(real));
    }
    return Arithmetic.apply(run, "/", whole, power);
  }

  private static Object fileSize(Run run, Object input, CallArguments given) {
    boolean binary = ElementKey.flag(given.bind("filesizeformat", 0, "binary")[0]);
    run.budget().scan(Types.isString(input) ? Types.text(input).length() : 0);
    Double parsed =
        Types.isNumber(input)
            ? (Double) Numbers.real(input)
            : Numbers.parseFloat(Types.text(input));
    if (parsed == null || parsed.isNaN() || parsed.isInfinite()) {
      throw Failure.type("a number of bytes", input);
    }
    double bytes = parsed;
    double base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return Numbers.digits(run, Numbers.truncated(bytes)) + " Bytes";
    }
    int index = 0;
    double unit = base * base;
    while (index < PREFIXES.length - 1 && bytes >= unit) {
      unit *= base;
      index++;
    }
    String prefix =
        binary ? PREFIXES[index].toUpperCase(java.util.Locale.ROOT) + "i" : PREFIXES[index];
    return FloatText.fixed(base * bytes / unit, 1) + " " + prefix + "B";
  }
}
