package org.dlmspark.job;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.dlmspark.udf.checkpoint.ShownValue;

/**
 * What the user sees of a run, apart from the log: plan and summary on one stream, errors on the
 * other. Each text takes the lines it is meant to, whatever values stand in it: what a terminal
 * would obey is escaped.
 */
public final class Console {

  private static final int LABEL_WIDTH = 16;

  private final PrintStream out;
  private final PrintStream err;

  /** Whether the error stream's last line is a bar, which is written anew all the time. */
  private volatile boolean bar;

  /** Whether the last word was said. */
  private volatile boolean silent;

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
  public record Line(String label, String value) {

    /**
     * Makes a line with grouped, locale-independent numbers.
     *
     * @param label what it is
     * @param format for {@link String#format}
     * @param values for the format
     * @return the line
     */
    public static Line of(String label, String format, Object... values) {
      return new Line(label, String.format(Locale.ROOT, format, values));
    }

    /** The line as an item of a list in Markdown, ended by a newline. */
    public String item() {
      return "- " + label + ": " + value + "\n";
    }
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  /**
   * Where a bar is drawn until {@link #barEnds}; whatever else is printed meanwhile takes its line.
   *
   * @return a stream that forgets what comes after the end
   */
  public PrintStream barBegins() {
    bar = true;
    OutputStream line =
        new OutputStream() {
          @Override
          public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            if (bar) {
              err.write(bytes, from, length);
            }
          }

          @Override
          public void flush() {
            err.flush();
          }
        };
    return new PrintStream(line, false, StandardCharsets.UTF_8);
  }

  /** The bar is gone. */
  public void barEnds() {
    clearBar();
    bar = false;
  }

  private void clearBar() {
    if (bar) {
      err.print("\r\u001b[2K");
      err.flush();
    }
  }

  /** Prints a heading and, indented under it, aligned lines; an empty label continues the last. */
  public void block(String heading, List<Line> lines) {
    print(out, heading);
    lines.forEach(this::line);
  }

  /** Prints one more line of a block. */
  public void line(Line line) {
    print(out, "  " + pad(line.label()) + "  " + line.value());
  }

  /** Prints one sentence. */
  public void say(String sentence) {
    print(out, sentence);
  }

  /** Prints one error message, under the program's name. */
  public void error(String message) {
    print(err, "dlm-spark: " + message);
  }

  /**
   * Prints an error message after which nothing is printed: the process ends, and what its other
   * threads meet by that is no news.
   */
  public void lastWord(String message) {
    barEnds();
    error(message);
    silent = true;
  }

  private void print(PrintStream stream, String line) {
    clearBar();
    if (!silent) {
      stream.println(ShownValue.escaped(line));
      stream.flush();
    }
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
  public static String size(long bytes) {
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
  public static String time(Duration time) {
    return time.toMinutes() == 0
        ? String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0)
        : String.format(Locale.ROOT, "%,d min %d s", time.toMinutes(), time.toSecondsPart());
  }

  /**
   * A share for people.
   *
   * @param share a part of 1
   * @return such as {@code 7.7%}
   */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
