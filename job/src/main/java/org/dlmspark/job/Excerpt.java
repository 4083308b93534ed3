package org.dlmspark.job;

/** Texts of rows and errors, which may be long and of many lines, as one line of a message. */
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
    String line = oneLine(String.valueOf(text));
    return line.length() <= longest ? line : line.substring(0, longest) + "...";
  }

  /**
   * A text of which only the beginning was read.
   *
   * @param beginning as much of it as was read
   * @param read the most characters that were
   * @return one line in quotes, ending in dots if there may be more
   */
  public static String quoted(String beginning, int read) {
    return '"' + oneLine(beginning) + (beginning.length() < read ? "" : "...") + '"';
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
