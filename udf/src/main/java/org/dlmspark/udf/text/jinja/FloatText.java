package org.dlmspark.udf.text.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floats as Python prints them. */
final class FloatText {
  /** What it takes to find the shortest text of some floats. */
  static final int STEPS = 64;

  private static final int SURE_DIGITS = 15;
  private static final int MOST_DIGITS = 17;
  private static final int FIRST_WITH_EXPONENT = 16;
  private static final int LEAST_EXPONENT = -4;

  private FloatText() {}

  /** The shortest text that reads as the same float. */
  static String repr(double number) {
    String special = special(number);
    if (special != null) {
      return special;
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = shortest(Math.abs(number));
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    digits = withoutZeros(digits);
    String text;
    if (exponent < LEAST_EXPONENT || exponent >= FIRST_WITH_EXPONENT) {
      text = scientific(digits, exponent, "e");
    } else if (exponent < 0) {
      text = "0." + "0".repeat(-exponent - 1) + digits;
    } else if (digits.length() > exponent + 1) {
      text = digits.substring(0, exponent + 1) + "." + digits.substring(exponent + 1);
    } else {
      text = digits + "0".repeat(exponent + 1 - digits.length()) + ".0";
    }
    return number < 0 ? "-" + text : text;
  }

  /** What has no digits: inf and nan; null for other floats. */
  static String special(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    return null;
  }

  /** Java's own text has too many digits at times. */
  private static BigDecimal shortest(double number) {
    BigDecimal usual = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    if (usual.precision() <= SURE_DIGITS && number >= Double.MIN_NORMAL) {
      // No two texts of so few digits read as one float, but for the very smallest.
      return usual;
    }
    BigDecimal exact = new BigDecimal(number);
    for (int digits = 1; digits < MOST_DIGITS; digits++) {
      BigDecimal nearest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (nearest.doubleValue() == number) {
        return nearest;
      }
      // Next to a power of two the floats below are closer: the one above may read the same.
      BigDecimal above = exact.round(new MathContext(digits, RoundingMode.UP));
      if (above.doubleValue() == number) {
        return above;
      }
    }
    return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN));
  }

  private static String withoutZeros(String digits) {
    int end = digits.length();
    while (end > 1 && digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, end);
  }

  private static String scientific(String digits, int exponent, String letter) {
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    String power = Integer.toString(Math.abs(exponent));
    return mantissa
        + letter
        + (exponent < 0 ? "-" : "+")
        + (power.length() < 2 ? "0" + power : power);
  }

  /** As C's {@code %.nf}, of a number that is not negative. */
  static String fixed(double number, int precision) {
    return new BigDecimal(number).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** As C's {@code %.ne}, of a number that is not negative. */
  static String exponential(double number, int precision) {
    if (number == 0) {
      return scientific("0".repeat(precision + 1), 0, "e");
    }
    BigDecimal rounded =
        new BigDecimal(number).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    String digits = rounded.unscaledValue().toString();
    int exponent = digits.length() - 1 - rounded.scale();
    String padded = digits + "0".repeat(Math.max(0, precision + 1 - digits.length()));
    return scientific(padded.substring(0, precision + 1), exponent, "e");
  }

  /** As C's {@code %.ng}, of a number that is not negative. */
  static String general(double number, int precision, boolean keepZeros) {
    int digits = Math.max(1, precision);
    int exponent = 0;
    if (number != 0) {
      BigDecimal rounded =
          new BigDecimal(number).round(new MathContext(digits, RoundingMode.HALF_EVEN));
      exponent = rounded.precision() - 1 - rounded.scale();
    }
    boolean asFixed = exponent >= LEAST_EXPONENT && exponent < digits;
    String text = asFixed ? fixed(number, digits - 1 - exponent) : exponential(number, digits - 1);
    if (keepZeros || text.indexOf('.') < 0) {
      return text;
    }
    int end = asFixed ? text.length() : text.indexOf('e');
    int kept = end;
    while (text.charAt(kept - 1) == '0') {
      kept--;
    }
    kept = text.charAt(kept - 1) == '.' ? kept - 1 : kept;
    return text.substring(0, kept) + text.substring(end);
  }
}
