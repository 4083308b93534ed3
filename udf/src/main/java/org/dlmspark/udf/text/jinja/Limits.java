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

  /** Checks that all are positive, and the depth one that a thread's stack holds. */
  public Limits {
    if (maxSteps < 1 || maxDepth < 1 || maxOutput < 0 || maxLength < 1) {
      throw new IllegalArgumentException("a limit must be positive");
    }
    if (maxDepth > MAX_DEPTH) {
      throw new IllegalArgumentException("maxDepth must be at most " + MAX_DEPTH);
    }
  }
}
