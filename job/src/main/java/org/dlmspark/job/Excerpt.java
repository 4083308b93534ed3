package org.dlmspark.job;

import org.dlmspark.udf.checkpoint.ShownValue;

/**
 * Texts of rows and errors, which may be long and of many lines, as one line of a message: what a
 * terminal obeys is escaped.
 */
public final class Excerpt {

  private Excerpt() {}

  /**
   * The beginning of a text.
   *
   * @param text the text; null is shown as such
   * @param longest the most characters to show
   * @return one line, ending in dots if it is not all
   */
  public static String shortened(String text, int longest) {
    return ShownValue.of(words(String.valueOf(text)), longest);
  }

  /**
   * A text of which only the beginning was read.
   *
   * @param beginning as much of it as was read
   * @param read the most characters that were
   * @return one line in quotes, ending in dots if there may be more
   */
  public static String quoted(String beginning, int read) {
    return '"'
        + ShownValue.escaped(words(beginning))
        + (beginning.length() < read ? "" : "...")
        + '"';
  }

  /**
   * A value that is to be told from others like it, such as an id: its white space is kept.
   *
   * @param value any value
   * @return one line, ending in dots if it is not all
   */
  public static String value(Object value) {
    return ShownValue.of(value);
  }

  private static String words(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
