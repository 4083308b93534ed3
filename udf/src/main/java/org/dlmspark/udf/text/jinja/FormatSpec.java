package org.dlmspark.udf.text.jinja;

import java.math.BigInteger;

/**
 * How a value is written in a field: alignment, sign, width, precision and type, in both of
 * Python's notations.
 */
final class FormatSpec {
  private static final int MAX_PRECISION = 1_000;

  private String fill = " ";
  private char align;
  private char sign = '-';
  private boolean alternate;
  private char grouping;
  private long width;
  private int precision = -1;
  private char type;

  /** Reads a specification such as {@code *>+10,.2f}. */
  static FormatSpec parse(String text) {
    FormatSpec spec = new FormatSpec();
    int i = 0;
    int first = text.isEmpty() ? 0 : Character.charCount(text.codePointAt(0));
    if (first > 0 && first < text.length() && isAlign(text.charAt(first))) {
      spec.fill = text.substring(0, first);
      spec.align = text.charAt(first);
      i = first + 1;
    } else if (first > 0 && isAlign(text.charAt(0))) {
      spec.align = text.charAt(i++);
    }
    if (i < text.length() && "+- ".indexOf(text.charAt(i)) >= 0) {
      spec.sign = text.charAt(i++);
    }
    if (text.startsWith("#", i)) {
      spec.alternate = true;
      i++;
    }
    if (text.startsWith("0", i)) {
      if (spec.align == 0) {
        spec.zeroPadded();
      }
      i++;
    }
    int digits = digitsEnd(text, i);
    spec.width(digits > i ? number(text, i, digits) : 0);
    i = digits;
    if (i < text.length() && (text.charAt(i) == ',' || text.charAt(i) == '_')) {
      spec.grouping = text.charAt(i++);
    }
    if (text.startsWith(".", i)) {
      digits = digitsEnd(text, i + 1);
      if (digits == i + 1) {
        throw Failure.runtime("a format without the digits of its precision");
      }
      spec.precision(number(text, i + 1, digits));
      i = digits;
    }
    if (i < text.length()) {
      spec.type = text.charAt(i++);
    }
    if (i < text.length()) {
      throw Failure.runtime("the format '" + text + "' is none");
    }
    return spec;
  }

  private static boolean isAlign(char c) {
    return "<>=^".indexOf(c) >= 0;
  }

  static int digitsEnd(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  static long number(String text, int from, int to) {
    if (to - from > 9) {
      throw Failure.runtime("a number in a format is too large");
    }
    return Long.parseLong(text.substring(from, to));
  }

  void zeroPadded() {
    fill = "0";
    align = '=';
  }

  void align(char newAlign) {
    align = newAlign;
  }

  void sign(char newSign) {
    sign = newSign;
  }

  void alternate() {
    alternate = true;
  }

  void width(long newWidth) {
    width = newWidth;
  }

  void precision(long newPrecision) {
    if (newPrecision > MAX_PRECISION) {
      throw Failure.unsupported("a precision of more than " + MAX_PRECISION);
    }
    precision = (int) newPrecision;
  }

  void type(char newType) {
    type = newType;
  }

  /** The old notation writes to the right, and strings without zeros. */
  void percentStyle(boolean string) {
    if (align == 0 || (string && align == '=')) {
      align = '>';
      fill = " ";
    }
  }

  String string(Run run, String text) {
    if (type != 0 && type != 's') {
      throw unknownType("a string");
    }
    run.budget().scan(text.length());
    String shown = text;
    if (precision >= 0 && precision < Strings.length(text)) {
      shown = text.substring(0, text.offsetByCodePoints(0, precision));
    }
    if (align == '=') {
      if (fill.equals("0")) {
        align = '<';
      } else {
        throw Failure.runtime("the alignment '=' is for numbers");
      }
    }
    return padded(run, "", shown, '<');
  }

  String integer(Run run, Object number) {
    BigInteger value = Numbers.big(number);
    String digits =
        switch (type) {
          case 0, 'd', 'n', 'i', 'u' -> Numbers.digits(run, Numbers.normal(value.abs()));
          case 'b' -> value.abs().toString(2);
          case 'o' -> value.abs().toString(8);
          case 'x' -> value.abs().toString(16);
          case 'X' -> value.abs().toString(16).toUpperCase(java.util.Locale.ROOT);
          default -> null;
        };
    if (digits == null) {
      return real(run, Numbers.real(number));
    }
    if (precision > digits.length()) {
      digits = "0".repeat(precision - digits.length()) + digits;
    }
    String prefix = alternate && "boxX".indexOf(type) >= 0 && type != 0 ? "0" + type : "";
    return padded(run, sign(value.signum() < 0) + prefix, grouped(digits), '>');
  }

  String real(Run run, double number) {
    run.budget().steps(FloatText.STEPS + Math.max(0, precision));
    double size = Math.abs(number);
    boolean negative = number < 0 || (number == 0 && 1 / number < 0);
    String special = FloatText.special(size);
    int digits = precision < 0 ? 6 : precision;
    String text =
        switch (type) {
          case 'f', 'F' -> special == null ? FloatText.fixed(size, digits) : special;
          case 'e', 'E' -> special == null ? FloatText.exponential(size, digits) : special;
          case 'g', 'G', 'n' ->
              special == null ? FloatText.general(size, digits, alternate) : special;
          case '%' -> special == null ? FloatText.fixed(size * 100, digits) : special;
          case 0 -> special == null ? plain(size) : special;
          default -> throw unknownType("a float");
        };
    if (Character.isUpperCase(type)) {
      text = text.toUpperCase(java.util.Locale.ROOT);
    }
    text = type == '%' ? text + "%" : text;
    return padded(run, sign(negative), special == null ? grouped(text) : text, '>');
  }

  private String plain(double size) {
    if (precision >= 0) {
      throw Failure.unsupported("a float's format with a precision and no type");
    }
    return FloatText.repr(size);
  }

  private Failure unknownType(String of) {
    return Failure.runtime("the format '" + type + "' is not for " + of);
  }

  private String sign(boolean negative) {
    if (negative) {
      return "-";
    }
    return sign == '-' ? "" : String.valueOf(sign);
  }

  private String grouped(String text) {
    if (grouping == 0) {
      return text;
    }
    int size = "boxX".indexOf(type) >= 0 && type != 0 ? 4 : 3;
    int end = size == 4 ? text.length() : digitsEnd(text, 0);
    StringBuilder result = new StringBuilder(text);
    for (int i = end - size; i > 0; i -= size) {
      result.insert(i, grouping);
    }
    return result.toString();
  }

  private String padded(Run run, String prefix, String text, char usual) {
    long missing = width - Strings.length(prefix) - Strings.length(text);
    if (missing <= 0) {
      return prefix + text;
    }
    if (grouping != 0 && align == '=' && fill.equals("0")) {
      throw Failure.unsupported("zeros before grouped digits");
    }
    run.budget().string(width);
    char side = align == 0 ? usual : align;
    int left =
        switch (side) {
          case '<' -> 0;
          case '^' -> (int) missing / 2;
          default -> (int) missing;
        };
    String before = fill.repeat(left);
    String after = fill.repeat((int) missing - left);
    return side == '=' ? prefix + before + text : before + prefix + text + after;
  }
}
