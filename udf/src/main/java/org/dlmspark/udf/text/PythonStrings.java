package org.dlmspark.udf.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** What Python's {@code str} does where Java's {@code String} does it differently. */
final class PythonStrings {
  private static final int MAX_SEARCHED = 256;

  private PythonStrings() {}

  /**
   * Whether Python's {@code str.isspace} holds. Unlike Java's it counts the no-break spaces and the
   * next-line control character.
   */
  static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /** {@code s.strip()}, or one side of it. */
  static String strip(String s, boolean left, boolean right) {
    return strip(s, null, left, right);
  }

  /**
   * {@code s.strip(characters)}, or one side of it.
   *
   * @param characters what is removed; null for white space
   */
  static String strip(String s, String characters, boolean left, boolean right) {
    // A set: to look for each of many characters in a long text takes hours.
    BitSet set = characters == null ? null : new BitSet();
    if (set != null) {
      characters.chars().forEach(set::set);
    }
    int from = 0;
    int to = s.length();
    while (left && from < to && isStripped(s.charAt(from), set)) {
      from++;
    }
    while (right && to > from && isStripped(s.charAt(to - 1), set)) {
      to--;
    }
    return s.substring(from, to);
  }

  private static boolean isStripped(char c, BitSet characters) {
    return characters == null ? isSpace(c) : characters.get(c);
  }

  /** {@code s.split()}: runs of white space part the pieces, none of which is empty. */
  static List<String> split(String s) {
    List<String> pieces = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= s.length(); i++) {
      boolean space = i == s.length() || isSpace(s.charAt(i));
      if (!space && start < 0) {
        start = i;
      } else if (space && start >= 0) {
        pieces.add(s.substring(start, i));
        start = -1;
      }
    }
    return pieces;
  }

  /**
   * {@code s.split(separator, most)}.
   *
   * @param most the most places to part at; below 0 for all
   */
  static List<String> split(String s, String separator, int most) {
    if (separator.isEmpty()) {
      throw new IllegalArgumentException("split: empty separator");
    }
    requireShort(separator);
    List<String> pieces = new ArrayList<>();
    int from = 0;
    int at = s.indexOf(separator);
    while (at >= 0 && (most < 0 || pieces.size() < most)) {
      pieces.add(s.substring(from, at));
      from = at + separator.length();
      at = s.indexOf(separator, from);
    }
    pieces.add(s.substring(from));
    return pieces;
  }

  /**
   * {@code s.replace(old, replacement)}.
   *
   * @param maxLength the longest result; a replacement can be far longer than all that went in
   */
  static String replace(String s, String old, String replacement, long maxLength) {
    requireShort(old);
    long places = old.isEmpty() ? s.length() + 1L : split(s, old, -1).size() - 1L;
    long length = s.length() + places * ((long) replacement.length() - old.length());
    if (length > maxLength) {
      throw new IllegalArgumentException(
          "replace: the result would have " + length + " characters, the limit is " + maxLength);
    }
    return s.replace(old, replacement);
  }

  /** Java looks for a text in time that grows with the product of both lengths. */
  static void requireShort(String searched) {
    if (searched.length() > MAX_SEARCHED) {
      throw new IllegalArgumentException(
          "a text of "
              + searched.length()
              + " characters is looked for, the limit is "
              + MAX_SEARCHED);
    }
  }

  /** {@code s.capitalize()}. */
  static String capitalize(String s) {
    return s.isEmpty()
        ? s
        : s.substring(0, 1).toUpperCase(Locale.ROOT) + s.substring(1).toLowerCase(Locale.ROOT);
  }

  /** {@code s.title()}: a letter is a capital where no letter is before it. */
  static String title(String s) {
    StringBuilder title = new StringBuilder(s.length());
    boolean inWord = false;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      title.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return title.toString();
  }
}
