package org.dlmspark.udf.checkpoint;

/** A value from a file as it may stand in a message: on one line and of bounded length. */
public final class ShownValue {
  private static final int LONGEST = 120;

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
   * A value's text without control characters, cut where it grows long.
   *
   * @param value anything
   * @param longest the most characters that are kept
   * @return its text
   */
  public static String of(Object value, int longest) {
    String text = String.valueOf(value);
    String cut = text.length() <= longest ? text : text.substring(0, longest) + "...";
    return cut.replaceAll("\\p{Cntrl}", " ");
  }
}
