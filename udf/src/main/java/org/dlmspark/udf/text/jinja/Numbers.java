package org.dlmspark.udf.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Python's numbers: ints of any size as Long or BigInteger, floats as Double, bools as ints. */
final class Numbers {
  /** Python itself turns no longer int into text or back. */
  static final int MAX_DIGITS = 4_300;

  /** No int gets larger: Python would print none of a ninth of it. */
  static final int MAX_BITS = 1 << 17;

  /** No float is larger, so that what is larger compares by its sign. */
  private static final int MAX_REAL_BITS = 1_024;

  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger GREATEST = BigInteger.valueOf(Long.MAX_VALUE);
  private static final int MAX_DIVIDED_BITS = 1 << 12;
  private static final long EXACT = 1L << 53;

  private Numbers() {}

  /** An int in its one form: a Long where it fits. */
  static Object normal(BigInteger number) {
    if (number.bitLength() > MAX_BITS) {
      throw tooManyBits();
    }
    boolean small = number.compareTo(LEAST) >= 0 && number.compareTo(GREATEST) <= 0;
    return small ? (Object) number.longValue() : number;
  }

  static Failure tooManyBits() {
    return Failure.budget("an int of more than " + MAX_BITS + " bits");
  }

  static BigInteger big(Object integer) {
    if (integer instanceof BigInteger number) {
      return number;
    }
    return BigInteger.valueOf(Types.index(integer));
  }

  /** A number as a float; an int beyond the floats fails. */
  static double real(Object number) {
    if (number instanceof Double value) {
      return value;
    }
    if (number instanceof BigInteger value) {
      double result = value.doubleValue();
      if (Double.isInfinite(result)) {
        throw Failure.runtime("an int too large for a float");
      }
      return result;
    }
    return Types.index(number);
  }

  /** Which of two numbers is larger, exactly; NaN must not come here. */
  static int compare(Object left, Object right) {
    if (left instanceof Long a && right instanceof Long b) {
      return Long.compare(a, b);
    }
    if (left instanceof Double a && right instanceof Double b) {
      // Not Double.compare, for which -0.0 is less than 0.0.
      return a < b ? -1 : a > b ? 1 : 0;
    }
    if (left instanceof Double a && Double.isInfinite(a)) {
      return a > 0 ? 1 : -1;
    }
    if (right instanceof Double b && Double.isInfinite(b)) {
      return b > 0 ? -1 : 1;
    }
    if (Types.isInteger(left) && Types.isInteger(right)) {
      return big(left).compareTo(big(right));
    }
    if (left instanceof BigInteger a && a.bitLength() > MAX_REAL_BITS) {
      return a.signum();
    }
    if (right instanceof BigInteger b && b.bitLength() > MAX_REAL_BITS) {
      return -b.signum();
    }
    return decimal(left).compareTo(decimal(right));
  }

  private static BigDecimal decimal(Object number) {
    return number instanceof Double value ? new BigDecimal(value) : new BigDecimal(big(number));
  }

  static boolean isNaN(Object number) {
    return number instanceof Double value && value.isNaN();
  }

  /** The quotient of two ints as the float nearest to it. */
  static double quotient(Object dividend, Object divisor) {
    Object left = normal(big(dividend));
    Object right = normal(big(divisor));
    if (left instanceof Long a
        && right instanceof Long b
        && Math.abs(a) <= EXACT
        && Math.abs(b) <= EXACT
        && a != Long.MIN_VALUE
        && b != Long.MIN_VALUE) {
      return (double) a / b;
    }
    if (big(left).bitLength() > MAX_DIVIDED_BITS || big(right).bitLength() > MAX_DIVIDED_BITS) {
      throw Failure.unsupported("'/' of ints that large");
    }
    // Far more digits than a float has: what is left out cannot change the rounding but in ties,
    // which the quotient of two ints of this size does not come near without being one.
    MathContext digits = new MathContext(60);
    double result =
        new BigDecimal(big(left)).divide(new BigDecimal(big(right)), digits).doubleValue();
    if (Double.isInfinite(result)) {
      throw Failure.runtime("a quotient too large for a float");
    }
    return result;
  }

  /** The int of a float, cut towards zero. */
  static Object truncated(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw Failure.runtime("a float that is no number cannot be an int");
    }
    return normal(new BigDecimal(number).toBigInteger());
  }

  static String digits(Run run, Object integer) {
    if (integer instanceof BigInteger number) {
      run.budget().steps(number.bitLength() >> 4);
      // Before the digits are made, which takes longer than linear time.
      if (number.bitLength() > MAX_DIGITS * 3.3219281 + 1) {
        throw tooLong();
      }
      String digits = number.toString();
      if (digits.length() - (number.signum() < 0 ? 1 : 0) > MAX_DIGITS) {
        throw tooLong();
      }
      return digits;
    }
    return Long.toString(Types.index(integer));
  }

  private static Failure tooLong() {
    return Failure.runtime("an int of more than " + MAX_DIGITS + " digits");
  }

  /** Python's {@code int(text, base)}; null where the text is no such number. */
  static Object parseInt(String text, int base) {
    String digits = Strings.strip(text);
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int radix = base;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      int named =
          switch (digits.charAt(1)) {
            case 'b', 'B' -> 2;
            case 'o', 'O' -> 8;
            case 'x', 'X' -> 16;
            default -> 0;
          };
      if (named != 0 && (base == 0 || base == named)) {
        radix = named;
        digits = digits.substring(2);
        digits = digits.startsWith("_") ? digits.substring(1) : digits;
      } else if (base == 0 && named == 0 && !digits.replace("0", "").replace("_", "").isEmpty()) {
        return null;
      }
    }
    radix = radix == 0 ? 10 : radix;
    if (radix < 2 || radix > 36 || !hasDigits(digits, radix)) {
      return null;
    }
    String plain = digits.replace("_", "");
    if (plain.length() > MAX_DIGITS) {
      throw tooLong();
    }
    BigInteger number = new BigInteger(plain, radix);
    return normal(negative ? number.negate() : number);
  }

  /** Whether a text is digits with single underscores between them. */
  private static boolean hasDigits(String text, int radix) {
    if (text.isEmpty() || text.endsWith("_")) {
      return false;
    }
    boolean digitBefore = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean digit = Character.digit(c, radix) >= 0;
      if (!digit && (c != '_' || !digitBefore)) {
        return false;
      }
      digitBefore = digit;
    }
    return true;
  }

  /** Python's {@code float(text)}; null where the text is no such number. */
  static Double parseFloat(String text) {
    String number = Strings.strip(text);
    String lower = number.toLowerCase(java.util.Locale.ROOT);
    String unsigned = lower.startsWith("-") || lower.startsWith("+") ? lower.substring(1) : lower;
    if (unsigned.equals("inf") || unsigned.equals("infinity")) {
      return lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (unsigned.equals("nan")) {
      return Double.NaN;
    }
    // Java reads suffixes and hexadecimal floats too.
    if (number.length() > MAX_DIGITS || !isDecimal(unsigned)) {
      return null;
    }
    return Double.valueOf(lower.replace("_", ""));
  }

  private static boolean isDecimal(String text) {
    int exponent = text.indexOf('e');
    String mantissa = exponent < 0 ? text : text.substring(0, exponent);
    if (exponent >= 0) {
      String power = text.substring(exponent + 1);
      power = power.startsWith("-") || power.startsWith("+") ? power.substring(1) : power;
      if (!hasDigits(power, 10)) {
        return false;
      }
    }
    int dot = mantissa.indexOf('.');
    if (dot < 0) {
      return hasDigits(mantissa, 10);
    }
    String whole = mantissa.substring(0, dot);
    String fraction = mantissa.substring(dot + 1);
    return (!whole.isEmpty() || !fraction.isEmpty())
        && (whole.isEmpty() || hasDigits(whole, 10))
        && (fraction.isEmpty() || hasDigits(fraction, 10));
  }
}
