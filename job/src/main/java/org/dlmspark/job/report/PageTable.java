package org.dlmspark.job.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table of texts, as the page's template shows it.
 *
 * @param name what it is a table of, for those who do not see it
 * @param columns what the columns are called; the first tells the rows apart
 * @param rows a text for each column
 */
record PageTable(String name, List<Heading> columns, List<List<String>> rows) {

  /**
   * A column.
   *
   * @param kind {@code number}, {@code code} or, for any other text, {@code text}
   */
  record Heading(String name, String kind) {

    /** By its first letter, # for numbers and ! for codes. */
    private static Heading of(String text) {
      return switch (text.charAt(0)) {
        case '#' -> new Heading(text.substring(1).strip(), "number");
        case '!' -> new Heading(text.substring(1).strip(), "code");
        default -> new Heading(text, "text");
      };
    }
  }

  /**
   * Makes a table.
   *
   * @param name what it is a table of
   * @param columns their headings with | between them, each with # before it if its texts are
   *     numbers, and with ! if they are codes
   * @param rows a text for each column
   */
  static PageTable of(String name, String columns, Stream<List<String>> rows) {
    List<Heading> headings = Arrays.stream(columns.split(" *\\| *", -1)).map(Heading::of).toList();
    return new PageTable(name, headings, rows.toList());
  }
}
