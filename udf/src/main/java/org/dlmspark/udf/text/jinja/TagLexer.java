package org.dlmspark.udf.text.jinja;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;

/** Cuts the inside of a tag into names, strings, numbers and operators. */
final class TagLexer {
  private static final String TWO_CHARACTERS = "// ** == != >= <=";
  private static final String ONE_CHARACTER = "+-/*%~[](){}><=.:|,;";

  private final String source;
  private final Deque<Character> open = new ArrayDeque<>();
  private int position;
  private int line;

  TagLexer(String source) {
    this.source = source;
  }

  void start(int from, int fromLine) {
    position = from;
    line = fromLine;
    open.clear();
  }

  int position() {
    return position;
  }

  /** Whether every bracket is closed: only then can a tag end. */
  boolean isBalanced() {
    return open.isEmpty();
  }

  /** The next token; null for white space. */
  Token next() {
    int c = source.codePointAt(position);
    if (Strings.isSpace(c)) {
      line += c == '\n' ? 1 : 0;
      position++;
      return null;
    }
    if (isDigit(position)) {
      return number();
    }
    if (c == '_' || Character.isUnicodeIdentifierStart(c)) {
      return name();
    }
    if (c == '\'' || c == '"') {
      return string((char) c);
    }
    return operator(c);
  }

  private Token name() {
    int start = position;
    while (position < source.length()) {
      int c = source.codePointAt(position);
      if (c != '_'
          && (!Character.isUnicodeIdentifierPart(c) || Character.isIdentifierIgnorable(c))) {
        break;
      }
      position += Character.charCount(c);
    }
    return new Token(Token.Kind.NAME, source.substring(start, position), null, line);
  }

  private Token string(char quote) {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw fail("a string without its end");
    }
    int startLine = line;
    String body = source.substring(position + 1, end);
    line += (int) body.chars().filter(c -> c == '\n').count();
    position = end + 1;
    return new Token(Token.Kind.STRING, StringLiterals.unescape(body, startLine), null, startLine);
  }

  private Token operator(int c) {
    String two = position + 2 <= source.length() ? source.substring(position, position + 2) : "";
    String operator = Character.toString(c);
    if (two.length() == 2 && !two.contains(" ") && TWO_CHARACTERS.contains(two)) {
      operator = two;
    } else if (c > 127 || ONE_CHARACTER.indexOf(c) < 0) {
      throw fail("unexpected character '" + operator + "'");
    }
    balance(operator);
    position += operator.length();
    return new Token(Token.Kind.OPERATOR, operator, null, line);
  }

  private void balance(String operator) {
    switch (operator) {
      case "(" -> open.push(')');
      case "[" -> open.push(']');
      case "{" -> open.push('}');
      case ")", "]", "}" -> {
        if (open.isEmpty() || open.pop() != operator.charAt(0)) {
          throw fail("unexpected '" + operator + "'");
        }
      }
      default -> {}
    }
  }

  private Token number() {
    int start = position;
    int end = digits(start);
    boolean floating = false;
    // After a dot comes an index, as in x.0.1, and not a fraction.
    if (start == 0 || source.charAt(start - 1) != '.') {
      if (charAt(end) == '.' && isDigit(end + 1)) {
        end = digits(end + 1);
        floating = true;
      }
      int exponent = end + 1;
      if (charAt(end) == 'e' || charAt(end) == 'E') {
        if (charAt(exponent) == '+' || charAt(exponent) == '-') {
          exponent++;
        }
        if (isDigit(exponent)) {
          end = digits(exponent);
          floating = true;
        }
      }
    }
    Object value;
    if (floating) {
      position = end;
      value = Double.valueOf(source.substring(start, end).replace("_", ""));
    } else {
      value = integer(start);
    }
    return new Token(Token.Kind.NUMBER, source.substring(start, position), value, line);
  }

  private Object integer(int start) {
    int radix = 10;
    if (charAt(start) == '0') {
      radix =
          switch (charAt(start + 1)) {
            case 'b', 'B' -> 2;
            case 'o', 'O' -> 8;
            case 'x', 'X' -> 16;
            default -> 10;
          };
    }
    if (radix != 10) {
      int end = digits(start + 2, radix);
      if (end > start + 2) {
        position = end;
        return number(source.substring(start + 2, end), radix);
      }
    }
    // Neither Python nor Jinja knows a decimal number with a leading zero: 007 is 00 and 7.
    boolean zero = charAt(start) == '0';
    position = zero ? digits(start, 1) : digits(start);
    return number(source.substring(start, position), 10);
  }

  private Object number(String digits, int radix) {
    String plain = digits.replace("_", "");
    if (plain.length() > Numbers.MAX_DIGITS) {
      throw fail("a number of more than " + Numbers.MAX_DIGITS + " digits");
    }
    return Numbers.normal(new BigInteger(plain, radix));
  }

  private int digits(int from) {
    return digits(from, 10);
  }

  /** The end of the digits from here, single underscores between them allowed. */
  private int digits(int from, int radix) {
    int end = from;
    while (true) {
      int next = charAt(end) == '_' && (end > from || radix != 10) ? end + 1 : end;
      int digit = next < source.length() ? digit(source.charAt(next)) : -1;
      if (digit < 0 || digit >= radix) {
        return end;
      }
      end = next + 1;
    }
  }

  private static int digit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private boolean isDigit(int index) {
    char c = charAt(index);
    return c >= '0' && c <= '9';
  }

  private char charAt(int index) {
    return index < source.length() ? source.charAt(index) : 0;
  }

  private JinjaException fail(String reason) {
    return new JinjaException(JinjaException.Kind.SYNTAX, line, reason);
  }
}
