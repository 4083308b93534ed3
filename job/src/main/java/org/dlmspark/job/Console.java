package org.dlmspark.job;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What the user sees of a run, apart from the log: plan and summary on one stream, errors on the
 * other.
 */
public final class Console {

  private static final int LABEL_WIDTH = 16;

  private final PrintStream out;
  private final PrintStream err;

  /**
   * Creates a console.
   *
   * @param out for plan and summary
   * @param err for error messages
   */
  public Console(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * One labelled value.
   *
   * @param label what it is
   * @param value its text
   */
  record Line(String label, String value) {

    /**
     * Makes a line with grouped, locale-independent numbers.
     *
     * @param label what it is
     * @param format for {@link String#format}
     * @param values for the format
     * @return the line
     */
    static Line of(String label, String format, Object... values) {
      return new Line(label, String.format(Locale.ROOT, format, values));
    }
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  /** Prints a heading and, indented under it, aligned lines; an empty label continues the last. */
  void block(String heading, List<Line> lines) {
    out.println(heading);
    lines.forEach(this::line);
    out.flush();
  }

  /** Prints one more line of a block. */
  void line(Line line) {
    out.println("  " + pad(line.label()) + "  " + line.value());
    out.flush();
  }

  /** Prints one sentence. */
  void say(String sentence) {
    out.println(sentence);
    out.flush();
  }

  /** Prints one error message, under the program's name. */
  void error(String message) {
    err.println("dlm-spark: " + message);
    err.flush();
  }

  private static String pad(String label) {
    return label + " ".repeat(Math.max(0, LABEL_WIDTH - label.length()));
  }

  /**
   * A size that people can read.
   *
   * @param bytes a number of bytes
   * @return such as {@code 5.2 MB}, in powers of 1000
   */
  static String size(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double value = bytes;
    int unit = 0;
    while (value >= 999.95 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  /**
   * A time for people.
   *
   * @param time the time
   * @return such as {@code 4.2 s} or {@code 3 min 5 s}
   */
  static String time(Duration time) {
    return time.toMinutes() == 0
        ? String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0)
        : String.format(Locale.ROOT, "%,d min %d s", time.toMinutes(), time.toSecondsPart());
  }
}
