package org.dlmspark.job;

/** Turns exceptions into one readable line. */
final class Failures {

  private Failures() {}

  /**
   * What went wrong at the bottom of it.
   *
   * @param failure what was thrown
   * @return the first line of the innermost message, or the innermost exception's name
   */
  static String reason(Throwable failure) {
    Throwable innermost = failure;
    String message = firstLine(failure);
    // Bounded, since a chain of causes may be a ring.
    for (int depth = 0; innermost.getCause() != null && depth < 50; depth++) {
      innermost = innermost.getCause();
      String inner = firstLine(innermost);
      message = inner == null ? message : inner;
    }
    return message == null ? innermost.getClass().getName() : message;
  }

  private static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? null
        : message.strip().lines().findFirst().orElse(null);
  }
}
