package org.dlmspark.udf.text.jinja;

import java.time.LocalDateTime;

/** One rendering: its budget, its clock, and the line it is at. */
final class Run {
  private final Budget budget;
  private final LocalDateTime now;
  private int line = 1;

  Run(Budget budget, LocalDateTime now) {
    this.budget = budget;
    this.now = now;
  }

  Budget budget() {
    return budget;
  }

  LocalDateTime now() {
    return now;
  }

  /** Says which line is looked at, for the message of a failure. */
  void at(int newLine) {
    line = newLine;
  }

  int line() {
    return line;
  }
}
