package org.dlmspark.job.run;

/** Thrown when an input gives other rows than it gave a moment ago: the run ends. */
final class InputChangedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Tells what was found.
   *
   * @param path {@code input.path}
   * @param numbers what was counted, then and now
   */
  InputChangedException(String path, String numbers) {
    super(
        "input.path = "
            + path
            + " changed while it was read: "
            + numbers
            + "; start the same command again while nobody writes to the input, or name a copy or a"
            + " fixed version of it");
  }
}
