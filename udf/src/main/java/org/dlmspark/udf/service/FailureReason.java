package org.dlmspark.udf.service;

import java.util.List;

/** One readable line of what was thrown. */
public final class FailureReason {
  /** Bounds the walk, since a chain of causes may be a ring. */
  private static final int DEEPEST = 50;

  private FailureReason() {}

  /**
   * The line that tells most: that of the outermost exception of this project, which has its cause
   * in it; else that of the innermost exception with a message.
   *
   * @param thrown what was thrown
   * @return one line, never null
   */
  public static String of(Throwable thrown) {
    String reason = null;
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < DEEPEST; depth++) {
      String line = line(current.getMessage());
      if (line != null) {
        reason = line;
        if (current.getClass().getName().startsWith("org.dlmspark.")) {
          break;
        }
      }
      current = current.getCause();
    }
    return reason == null ? thrown.getClass().getName() : reason;
  }

  /**
   * The line of a message that says why. A failed TorchScript program's message begins with a trace
   * of the program; its reason is the last line that names an error.
   */
  private static String line(String message) {
    if (message == null || message.isBlank()) {
      return null;
    }
    List<String> lines = message.strip().lines().map(String::strip).toList();
    if (lines.get(0).contains("TorchScript")) {
      for (int i = lines.size() - 1; i > 0; i--) {
        if (lines.get(i).matches("\\w*(Error|Exception): .+")) {
          return lines.get(i);
        }
      }
    }
    return lines.get(0);
  }
}
