package org.dlmspark.udf.checkpoint;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A value that nobody vouches for as it may stand in a message: on one line and of bounded length.
 */
public final class ShownValue {
  private static final int LONGEST = 120;
  private static final int MOST_LISTED = 3;

  /** Turn the direction of what follows them, so that a message reads as another. */
  private static final String DIRECTIONS = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";

  /** What a terminal obeys, ends a line, or has no glyph of its own. */
  private static final Pattern UNSEEN =
      Pattern.compile("[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\ufeff" + DIRECTIONS + "]");

  private ShownValue() {}

  /**
   * A value in at most 120 characters, see {@link #of(Object, int)}.
   *
   * @param value anything
   * @return its text
   */
  public static String of(Object value) {
    return of(value, LONGEST);
  }

  /**
   * A value's text, cut where it grows long, its control characters escaped.
   *
   * @param value anything
   * @param longest the most characters that are kept
   * @return its text
   */
  public static String of(Object value, int longest) {
    String text = String.valueOf(value);
    return escaped(text.length() <= longest ? text : text.substring(0, longest) + "...");
  }

  /**
   * A text on one line, which a terminal shows and does not obey.
   *
   * @param text any text
   * @return the text with control characters, separators of lines, marks of direction and lone
   *     surrogates written as in Java
   */
  public static String escaped(String text) {
    return UNSEEN.matcher(text).replaceAll(ShownValue::escape);
  }

  private static String escape(MatchResult unseen) {
    char character = unseen.group().charAt(0);
    return Matcher.quoteReplacement(
        switch (character) {
          case '\n' -> "\\n";
          case '\r' -> "\\r";
          case '\t' -> "\\t";
          default -> String.format(Locale.ROOT, "\\u%04x", (int) character);
        });
  }

  /**
   * The first few of many values, and how many more there are.
   *
   * @param values values in the order in which they are shown
   * @return their texts, with commas between
   */
  static String list(Collection<String> values) {
    int more = values.size() - MOST_LISTED;
    return values.stream().limit(MOST_LISTED).map(ShownValue::of).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more" : "");
  }
}
