package org.dlmspark.udf.text.jinja;

/** The escapes of a string literal, which Jinja reads as Python does. */
final class StringLiterals {
  private StringLiterals() {}

  static String unescape(String body, int line) {
    if (body.indexOf('\\') < 0) {
      return body;
    }
    String text = ascii(body);
    StringBuilder result = new StringBuilder(text.length());
    int index = 0;
    while (index < text.length()) {
      char c = text.charAt(index++);
      if (c != '\\') {
        result.append(c);
        continue;
      }
      // The lexer leaves no backslash at the end, but replacing what is not ASCII may not either.
      char escaped = text.charAt(index++);
      switch (escaped) {
        case '\n' -> {}
        case '\\', '\'', '"' -> result.append(escaped);
        case 'a' -> result.append('\u0007');
        case 'b' -> result.append('\b');
        case 'f' -> result.append('\f');
        case 'n' -> result.append('\n');
        case 'r' -> result.append('\r');
        case 't' -> result.append('\t');
        case 'v' -> result.append('\u000b');
        case 'x' -> index = hex(text, index, 2, result, line);
        case 'u' -> index = hex(text, index, 4, result, line);
        case 'U' -> index = hex(text, index, 8, result, line);
        case 'N' -> index = named(text, index, result, line);
        default -> {
          if (escaped < '0' || escaped > '7') {
            result.append('\\').append(escaped);
          } else {
            index = octal(text, index - 1, result);
          }
        }
      }
    }
    return result.toString();
  }

  /** Python writes what is not ASCII as an escape first: a backslash before it escapes that. */
  private static String ascii(String body) {
    StringBuilder text = new StringBuilder();
    body.codePoints()
        .forEach(
            c -> {
              if (c < 128) {
                text.append((char) c);
              } else if (c < 256) {
                text.append(String.format("\\x%02x", c));
              } else if (c < 65_536) {
                text.append(String.format("\\u%04x", c));
              } else {
                text.append(String.format("\\U%08x", c));
              }
            });
    return text.toString();
  }

  private static int hex(String text, int from, int digits, StringBuilder result, int line) {
    int code = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = i < text.length() ? Character.digit(text.charAt(i), 16) : -1;
      if (digit < 0) {
        throw fail(line, "an escape needs " + digits + " hexadecimal digits");
      }
      code = code << 4 | digit;
    }
    if (!Character.isValidCodePoint(code)) {
      throw fail(line, "an escape for a character that there is not");
    }
    result.appendCodePoint(code);
    return from + digits;
  }

  private static int octal(String text, int from, StringBuilder result) {
    int end = from;
    int code = 0;
    while (end < text.length()
        && end < from + 3
        && text.charAt(end) >= '0'
        && text.charAt(end) <= '7') {
      code = code << 3 | (text.charAt(end) - '0');
      end++;
    }
    result.append((char) code);
    return end;
  }

  private static int named(String text, int from, StringBuilder result, int line) {
    int end = text.indexOf('}', from);
    if (end < 0 || text.charAt(from) != '{') {
      throw fail(line, "\\N needs a name in braces");
    }
    try {
      result.appendCodePoint(Character.codePointOf(text.substring(from + 1, end)));
    } catch (IllegalArgumentException e) {
      throw fail(line, "no character is named " + text.substring(from + 1, end));
    }
    return end + 1;
  }

  private static JinjaException fail(int line, String reason) {
    return new JinjaException(JinjaException.Kind.SYNTAX, line, reason);
  }
}
