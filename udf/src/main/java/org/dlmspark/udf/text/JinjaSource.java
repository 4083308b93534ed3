package org.dlmspark.udf.text;

/**
 * Jinja2's rules for the white space around tags, applied to a template's text before Jinjava sees
 * it. Hugging Face renders with {@code trim_blocks} and {@code lstrip_blocks}; Jinjava has options
 * of these names, but takes away the spaces before a tag in the middle of a line too, which changes
 * the prompt.
 */
final class JinjaSource {
  /** Jinjava's parser takes time that grows with the square of a tag and with its nesting. */
  private static final int MAX_TAG_LENGTH = 8_192;

  private static final int MAX_NESTING = 32;

  private final String source;
  private final StringBuilder out;

  private JinjaSource(String source) {
    this.source = source;
    this.out = new StringBuilder(source.length() + 64);
  }

  /**
   * Applies the rules.
   *
   * @param template a template as its author wrote it
   * @return the same template without comments and white-space signs, to be rendered with no
   *     white-space options at all
   * @throws IllegalArgumentException if a tag is too long or too deeply nested
   */
  static String withWhitespaceApplied(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    return new JinjaSource(source).apply();
  }

  private String apply() {
    int at = 0;
    boolean lineStarts = true;
    while (true) {
      int open = nextOpening(at);
      if (open < 0) {
        return out.append(source, at, source.length()).toString();
      }
      char kind = source.charAt(open + 1);
      int close = closing(open + 2, kind);
      if (close < 0) {
        // Not closed: Jinjava says so.
        return out.append(source, at, source.length()).toString();
      }
      out.append(textBefore(source.substring(at, open), kind, signAt(open + 2), lineStarts));
      boolean signed = close > open + 2 && signAt(open + 2) != 0;
      String inner = source.substring(signed ? open + 3 : open + 2, close);
      char endSign = inner.isEmpty() ? 0 : inner.charAt(inner.length() - 1);
      if (endSign == '-' || (endSign == '+' && kind != '{')) {
        inner = inner.substring(0, inner.length() - 1);
      } else {
        endSign = 0;
      }
      if (kind == '{') {
        out.append("{{ ").append(inner).append(" }}");
      } else if (kind == '%') {
        out.append("{% ").append(inner).append(" %}");
      }
      int end = close + 2;
      at = afterTag(end, kind, endSign);
      lineStarts = at > end && source.charAt(at - 1) == '\n';
    }
  }

  private int nextOpening(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Where the tag's closing pair starts, which inside a string literal is none; -1 without one. */
  private int closing(int from, char kind) {
    String pair = kind == '{' ? "}}" : kind + "}";
    if (kind == '#') {
      return source.indexOf(pair, from);
    }
    char quote = 0;
    int nesting = 0;
    for (int i = from; i < source.length(); i++) {
      char c = source.charAt(i);
      if (i - from > MAX_TAG_LENGTH || nesting > MAX_NESTING) {
        throw new IllegalArgumentException(
            "a tag is longer than "
                + MAX_TAG_LENGTH
                + " characters or has more than "
                + MAX_NESTING
                + " brackets inside each other");
      }
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (source.startsWith(pair, i)) {
        return i;
      } else if ("([{".indexOf(c) >= 0) {
        nesting++;
      } else if (")]}".indexOf(c) >= 0) {
        nesting--;
      }
    }
    return -1;
  }

  private char signAt(int i) {
    char c = i < source.length() ? source.charAt(i) : 0;
    return c == '-' || c == '+' ? c : 0;
  }

  private static String textBefore(String text, char kind, char sign, boolean lineStarts) {
    if (sign == '-') {
      return PythonStrings.strip(text, false, true);
    }
    int line = text.lastIndexOf('\n') + 1;
    boolean alone =
        (line > 0 || lineStarts)
            && PythonStrings.strip(text.substring(line), true, false).isEmpty();
    return kind != '{' && sign != '+' && alone ? text.substring(0, line) : text;
  }

  private int afterTag(int end, char kind, char sign) {
    int at = end;
    if (sign == '-') {
      while (at < source.length() && PythonStrings.isSpace(source.charAt(at))) {
        at++;
      }
    } else if (kind != '{' && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    return at;
  }
}
