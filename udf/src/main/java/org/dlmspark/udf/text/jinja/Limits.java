package org.dlmspark.udf.text.jinja;

/**
 * How much a template may use; going over one of them is a failure that names it.
 *
 * @param maxSteps evaluation steps of a rendering: one a node of the tree, a loop round or an
 *     element of a list, and one for about sixteen characters that are looked at or made
 * @param maxDepth how deeply a template, its calls and its values may be nested
 * @param maxOutput characters a rendering may give
 * @param maxLength characters of a string and elements of a list that a rendering may make
 */
public record Limits(long maxSteps, int maxDepth, int maxOutput, int maxLength) {
  /** Far above what a published chat template takes for a usual conversation. */
  public static final Limits DEFAULT = new Limits(2_000_000, 200, 1 << 20, 1 << 20);

  private static final int MAX_DEPTH = 250;

  /** A template loops over the messages, and may look at all others for each. */
  private static final long STEPS_A_VALUE = 1_000;

  private static final long STEPS_A_CHARACTER = 8;

  /** No template repeats the messages many times over. */
  private static final long REPETITIONS = 4;

  /** Checks that all are positive, and the depth one that a thread's stack holds. */
  public Limits {
    if (maxSteps < 1 || maxDepth < 1 || maxOutput < 0 || maxLength < 1) {
      throw new IllegalArgumentException("a limit must be positive");
    }
    if (maxDepth > MAX_DEPTH) {
      throw new IllegalArgumentException("maxDepth must be at most " + MAX_DEPTH);
    }
  }

  /**
   * These limits and what it takes to go through more than a usual conversation.
   *
   * @param values how many values a rendering is given
   * @param characters how many characters they hold together
   * @return limits of the same depth
   */
  public Limits plus(long values, long characters) {
    long more = REPETITIONS * (values + characters);
    return new Limits(
        maxSteps + STEPS_A_VALUE * values + STEPS_A_CHARACTER * characters,
        maxDepth,
        (int) Math.min(maxOutput + more, Integer.MAX_VALUE),
        (int) Math.min(maxLength + more, Integer.MAX_VALUE));
  }
}
