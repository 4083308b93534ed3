package org.dlmspark.udf.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's binary operators. */
final class Arithmetic {
  private Arithmetic() {}

  static Object apply(Run run, String operator, Object left, Object right) {
    if (operator.equals("%") && Types.isString(left)) {
      return PercentFormat.format(run, left, right);
    }
    refuseUndefined(left);
    refuseUndefined(right);
    return switch (operator) {
      case "+" -> add(run, left, right);
      case "*" -> multiply(run, left, right);
      case "**" -> power(run, left, right);
      default -> numeric(run, operator, left, right);
    };
  }

  private static void refuseUndefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
  }

  static Object add(Run run, Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      run.budget().string((long) a.length() + b.length());
      return a.concat(b);
    }
    if (Types.isString(left) && Types.isString(right)) {
      String joined = Markup.escaped(run, left).concat(Markup.escaped(run, right));
      run.budget().string(joined.length());
      return new Markup(joined);
    }
    if (Types.isNumber(left) && Types.isNumber(right)) {
      return numeric(run, "+", left, right);
    }
    if (left instanceof ListValue a && right instanceof ListValue b) {
      return new ListValue(joined(run, a.items(), b.items()));
    }
    if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return new TupleValue(joined(run, a.items(), b.items()));
    }
    throw mismatch("+", left, right);
  }

  private static List<Object> joined(Run run, List<Object> left, List<Object> right) {
    run.budget().list((long) left.size() + right.size());
    List<Object> items = new ArrayList<>(left.size() + right.size());
    items.addAll(left);
    items.addAll(right);
    return items;
  }

  private static Failure mismatch(String operator, Object left, Object right) {
    return Failure.runtime(
        "'" + operator + "' between " + Types.name(left) + " and " + Types.name(right));
  }

  private static Object multiply(Run run, Object left, Object right) {
    if (Types.isNumber(left) && Types.isNumber(right)) {
      return numeric(run, "*", left, right);
    }
    Object sequence = Types.isInteger(left) ? right : left;
    Object count = Types.isInteger(left) ? left : right;
    if (!Types.isInteger(count)) {
      throw mismatch("*", left, right);
    }
    long times = Math.max(0, Types.index(count));
    if (sequence instanceof ListValue list) {
      return new ListValue(repeated(run, list.items(), times));
    }
    if (sequence instanceof TupleValue tuple) {
      return new TupleValue(repeated(run, tuple.items(), times));
    }
    if (!Types.isString(sequence)) {
      throw mismatch("*", left, right);
    }
    return Strings.repeat(run, sequence, times);
  }

  private static List<Object> repeated(Run run, List<Object> items, long times) {
    long size = Strings.product(items.size(), times);
    run.budget().list(size);
    List<Object> result = new ArrayList<>((int) size);
    for (long i = 0; i < times && !items.isEmpty(); i++) {
      result.addAll(items);
    }
    return result;
  }

  private static Object power(Run run, Object left, Object right) {
    if (!Types.isNumber(left) || !Types.isNumber(right)) {
      throw mismatch("**", left, right);
    }
    if (Types.isInteger(left) && Types.isInteger(right) && Numbers.big(right).signum() >= 0) {
      BigInteger base = Numbers.big(left);
      long exponent = Types.index(right);
      if (base.bitLength() <= 1) {
        boolean odd = (exponent & 1) == 1;
        int sign = base.signum() < 0 && !odd ? 1 : base.signum();
        boolean two = base.equals(BigInteger.valueOf(-2));
        if (!two) {
          return exponent == 0 ? 1L : (Object) (long) sign;
        }
      }
      long bits = Strings.product(base.bitLength(), exponent);
      if (bits > Numbers.MAX_BITS) {
        throw Numbers.tooManyBits();
      }
      run.budget().product(bits, bits);
      return Numbers.normal(base.pow((int) exponent));
    }
    double base = Numbers.real(left);
    double exponent = Numbers.real(right);
    if (base == 0 && exponent < 0) {
      throw Failure.runtime("0 to a negative power");
    }
    if (base < 0 && exponent != Math.rint(exponent) && !Double.isNaN(exponent)) {
      throw Failure.unsupported("a complex number");
    }
    if (base == 1) {
      return 1.0;
    }
    return checked(Math.pow(base, exponent), base, exponent);
  }

  private static Object checked(double result, double left, double right) {
    if (Double.isInfinite(result) && !Double.isInfinite(left) && !Double.isInfinite(right)) {
      throw Failure.runtime("a result too large for a float");
    }
    return result;
  }

  private static Object numeric(Run run, String operator, Object left, Object right) {
    if (!Types.isNumber(left) || !Types.isNumber(right)) {
      throw mismatch(operator, left, right);
    }
    boolean divides = operator.equals("/") || operator.equals("//") || operator.equals("%");
    if (divides && !Types.truth(right)) {
      throw Failure.runtime("a division by zero");
    }
    if (!Types.isInteger(left) || !Types.isInteger(right)) {
      return ofFloats(operator, Numbers.real(left), Numbers.real(right));
    }
    if (operator.equals("/")) {
      return Numbers.quotient(left, right);
    }
    Object small =
        left instanceof Long a && right instanceof Long b ? ofLongs(operator, a, b) : null;
    if (small != null) {
      return small;
    }
    BigInteger a = Numbers.big(left);
    BigInteger b = Numbers.big(right);
    run.budget().product(a.bitLength(), b.bitLength());
    return switch (operator) {
      case "+" -> Numbers.normal(a.add(b));
      case "-" -> Numbers.normal(a.subtract(b));
      case "*" -> Numbers.normal(a.multiply(b));
      case "//" -> Numbers.normal(floorDivision(a, b)[0]);
      default -> Numbers.normal(floorDivision(a, b)[1]);
    };
  }

  /** The result where it fits 64 bits; null where it might not. */
  private static Object ofLongs(String operator, long a, long b) {
    boolean half = Math.abs(a) < 1L << 31 && Math.abs(b) < 1L << 31;
    return switch (operator) {
      case "+" -> half ? (Object) (a + b) : null;
      case "-" -> half ? (Object) (a - b) : null;
      case "*" -> half ? (Object) (a * b) : null;
      case "//" -> half ? (Object) Math.floorDiv(a, b) : null;
      default -> half ? (Object) Math.floorMod(a, b) : null;
    };
  }

  /** Quotient and remainder, the remainder with the sign of the divisor. */
  private static BigInteger[] floorDivision(BigInteger a, BigInteger b) {
    BigInteger[] parts = a.divideAndRemainder(b);
    if (parts[1].signum() != 0 && parts[1].signum() != b.signum()) {
      parts[0] = parts[0].subtract(BigInteger.ONE);
      parts[1] = parts[1].add(b);
    }
    return parts;
  }

  private static Object ofFloats(String operator, double a, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "%" -> remainder(a, b);
      default -> floorQuotient(a, b);
    };
  }

  private static double remainder(double a, double b) {
    double rest = a % b;
    if (rest == 0) {
      return Math.copySign(0.0, b);
    }
    return rest < 0 != b < 0 ? rest + b : rest;
  }

  private static double floorQuotient(double a, double b) {
    double rest = remainder(a, b);
    double quotient = (a - rest) / b;
    if (quotient == 0) {
      return Math.copySign(0.0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  static Object negated(Object value) {
    if (value instanceof Double number) {
      return -number;
    }
    if (Types.isInteger(value)) {
      return Numbers.normal(Numbers.big(value).negate());
    }
    throw Types.wrong("a number", value);
  }

  static Object positive(Object value) {
    if (value instanceof Double) {
      return value;
    }
    if (Types.isInteger(value)) {
      return Numbers.normal(Numbers.big(value));
    }
    throw Types.wrong("a number", value);
  }
}
