package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Python's strings, which are code points, on Java's, which are UTF-16. */
final class Strings {
  /** Above it a naive search could take the product of the lengths. */
  private static final int NAIVE_SEARCH = 16;

  private Strings() {}

  /** Whether Python's {@code str.isspace} holds for a character. */
  static boolean isSpace(int c) {
    if (c < 128) {
      return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
    }
    return c == 0x85 || Character.isSpaceChar(c);
  }

  /** Whether there are only white space characters from an index on, and at least one. */
  static boolean isBlank(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return from < text.length();
  }

  static String strip(String text) {
    return strip(text, null, true, true);
  }

  static String stripRight(String text) {
    return strip(text, null, false, true);
  }

  /**
   * Takes characters from the ends.
   *
   * @param characters which; null for white space
   */
  static String strip(String text, String characters, boolean left, boolean right) {
    BitSet set = null;
    if (characters != null) {
      set = new BitSet();
      characters.codePoints().forEach(set::set);
    }
    int from = 0;
    int to = text.length();
    while (left && from < to && isIn(text.codePointAt(from), set)) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (right && to > from && isIn(text.codePointBefore(to), set)) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }

  private static boolean isIn(int c, BitSet characters) {
    return characters == null ? isSpace(c) : characters.get(c);
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Orders by code points, which UTF-16 does not. */
  static int compare(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean surrogates = Character.isSurrogate(a) || Character.isSurrogate(b);
        return surrogates && Character.isSurrogate(a) != Character.isSurrogate(b)
            ? Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b))
            : Character.compare(a, b);
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  /** The first place of a part, or -1, in time that grows with the text only. */
  static int find(Run run, String text, String part, int from) {
    int found = part.length() <= NAIVE_SEARCH ? text.indexOf(part, from) : search(text, part, from);
    run.budget().scan((found < 0 ? text.length() : found) - from + (long) part.length());
    return found;
  }

  private static int search(String text, String part, int from) {
    int[] borders = new int[part.length()];
    int length = 0;
    for (int i = 1; i < part.length(); i++) {
      while (length > 0 && part.charAt(i) != part.charAt(length)) {
        length = borders[length - 1];
      }
      length += part.charAt(i) == part.charAt(length) ? 1 : 0;
      borders[i] = length;
    }
    int matched = 0;
    for (int i = from; i < text.length(); i++) {
      while (matched > 0 && text.charAt(i) != part.charAt(matched)) {
        matched = borders[matched - 1];
      }
      matched += text.charAt(i) == part.charAt(matched) ? 1 : 0;
      if (matched == part.length()) {
        return i - matched + 1;
      }
    }
    return -1;
  }

  /** The last place of a part, or -1. */
  static int findLast(Run run, String text, String part) {
    if (part.length() <= NAIVE_SEARCH) {
      run.budget().scan(text.length());
      return text.lastIndexOf(part);
    }
    run.budget().scan(text.length());
    int found = find(run, mirrored(text), mirrored(part), 0);
    return found < 0 ? -1 : text.length() - found - part.length();
  }

  /** The product of two counts, or the largest number where it does not fit. */
  static long product(long a, long b) {
    return a != 0 && b > Long.MAX_VALUE / a ? Long.MAX_VALUE : a * b;
  }

  static Object repeat(Run run, Object string, long times) {
    String text = Types.text(string);
    run.budget().string(product(text.length(), times));
    String result = text.isEmpty() ? "" : text.repeat((int) times);
    return string instanceof Markup ? new Markup(result) : result;
  }

  /** Replaces the first so many places of a part; a negative number means all of them. */
  static String replace(Run run, String text, String part, String by, long count) {
    long left = count < 0 ? Long.MAX_VALUE : count;
    StringBuilder result = new StringBuilder();
    int from = 0;
    while (left-- > 0) {
      int at = part.isEmpty() ? from : find(run, text, part, from);
      if (at < 0 || at > text.length()) {
        break;
      }
      run.budget().stringGrows((long) result.length() + at - from + by.length());
      result.append(text, from, at).append(by);
      from = at + part.length();
      if (part.isEmpty()) {
        // An empty part stands before each character and at the end.
        if (from >= text.length()) {
          break;
        }
        int next = from + Character.charCount(text.codePointAt(from));
        result.append(text, from, next);
        from = next;
      }
    }
    run.budget().string((long) result.length() + text.length() - from);
    run.budget().scan(text.length());
    return result.append(text, from, text.length()).toString();
  }

  /** Appends a number in so many hexadecimal digits. */
  static void hex(StringBuilder out, int number, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      out.append(Character.forDigit(number >> shift & 15, 16));
    }
  }

  /** A text from its end to its start. */
  static String mirrored(String text) {
    return new StringBuilder(text).reverse().toString();
  }

  /** Python's {@code splitlines}. */
  static List<Object> lines(Run run, String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    int i = 0;
    while (i < text.length()) {
      if (!isLineEnd(text.charAt(i))) {
        i++;
        continue;
      }
      int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
      run.budget().step();
      lines.add(text.substring(start, keepEnds ? end : i));
      start = end;
      i = end;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    run.budget().scan(text.length());
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }
}
