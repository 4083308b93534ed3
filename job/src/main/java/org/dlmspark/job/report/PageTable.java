package org.dlmspark.job.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table of texts, as the page's template shows it.
 *
 * @param columns what the columns are called
 * @param rows a text for each column
 * @param wide whether it has more columns than fit a telephone
 */
record PageTable(List<Heading> columns, List<List<String>> rows, boolean wide) {

  /** So many columns fit. */
  private static final int NARROW = 6;

  /**
   * A column.
   *
   * @param kind {@code number}, {@code code} or, for any other text, null
   */
  record Heading(String name, String kind) {

    /** By its first letter, # for numbers and ! for codes. */
    private static Heading of(String text) {
      return switch (text.charAt(0)) {
        case '#' -> new Heading(text.substring(1).strip(), "number");
        case '!' -> new Heading(text.substring(1).strip(), "code");
        default -> new Heading(text, null);
      };
    }
  }

  /**
   * Makes a table.
   *
   * @param columns their headings with | between them, each with # before it if its texts are
   *     numbers, and with ! if they are codes
   * @param rows a text for each column
   */
  static PageTable of(String columns, Stream<List<String>> rows) {
    List<Heading> headings = Arrays.stream(columns.split(" *\\| *", -1)).map(Heading::of).toList();
    return new PageTable(headings, rows.toList(), headings.size() > NARROW);
  }
}
