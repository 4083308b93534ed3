package org.dlmspark.job.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a row's completion depends on besides the row. Rows of different fingerprints must not mix
 * in one output. Where the work is done, how it is cut and batched, and how many rows there are, is
 * no part of it.
 *
 * @param settings settings by key, as text
 * @param model digests of the model folder's files by name
 * @param columns the columns of the input that are read, by name, with their types
 */
public record Fingerprint(
    Map<String, String> settings, Map<String, String> model, Map<String, String> columns) {

  /** What follows the type of a column that rows are made of and the output has not. */
  public static final String LEFT_OUT = ", left out";

  private static final String ABSENT = "(none)";
  private static final String COLUMN = "column of the input ";

  /** Keeps sorted copies, so that a manifest reads well and two can be compared by eye. */
  public Fingerprint {
    settings = new TreeMap<>(settings);
    model = new TreeMap<>(model);
    columns = new TreeMap<>(columns);
  }

  /**
   * How another fingerprint differs.
   *
   * @param now the other one
   * @return a line for each difference, the setting's name first; none if they are equal
   */
  public List<String> differences(Fingerprint now) {
    List<String> lines = new ArrayList<>();
    compare("", settings, now.settings, lines);
    compare("file of the model ", model, now.model, lines);
    compare(COLUMN, columns, now.columns, lines);
    return lines;
  }

  private static void compare(
      String what, Map<String, String> then, Map<String, String> now, List<String> lines) {
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      if (!Objects.equals(then.get(name), now.get(name))) {
        lines.add(
            what
                + name
                + ": "
                + then.getOrDefault(name, ABSENT)
                + " in the output, now "
                + now.getOrDefault(name, ABSENT)
                + (what.equals(COLUMN)
                        && !then.containsKey(name)
                        && !now.get(name).endsWith(LEFT_OUT)
                    ? ", which output.columns can leave out"
                    : ""));
      }
    }
  }
}
