package org.dlmspark.job.settings;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dlmspark.udf.decode.SettingValue;

/**
 * Which of the input's columns go along to the output, {@code output.columns}. What a run cannot do
 * without there goes along in any case.
 *
 * @param allBut whether the names are those that stay behind
 * @param names names as Spark matches them
 */
public record CarriedColumns(boolean allBut, List<String> names) {

  /** Every column. */
  public static final CarriedColumns ALL = new CarriedColumns(true, List.of());

  private static final String EVERY = "all";
  private static final String LEFT_OUT = "-";

  /** Keeps an immutable copy of the names. */
  public CarriedColumns {
    names = List.copyOf(names);
  }

  /**
   * Reads the setting: the word {@code all}, names of columns, or names with a hyphen before each
   * for all columns but these.
   *
   * @param value the setting
   * @return the choice
   * @throws IllegalArgumentException naming setting and value, if it is neither
   */
  static CarriedColumns of(SettingValue value) {
    if (EVERY.equals(value.value())) {
      return ALL;
    }
    List<String> names = value.texts();
    long leftOut = names.stream().filter(name -> name.startsWith(LEFT_OUT)).count();
    if (value.value() == null || (leftOut > 0 && leftOut < names.size())) {
      throw value.wrong(
          "must be all, a list of columns such as [\"id\", \"prompt\"], or with a hyphen before each"
              + " those to leave out, such as [\"-text\"]; not some of both");
    }
    return leftOut == 0
        ? new CarriedColumns(false, names)
        : new CarriedColumns(
            true, names.stream().map(name -> name.substring(LEFT_OUT.length())).toList());
  }

  /**
   * The setting as users write it.
   *
   * @return its value
   */
  public String text() {
    return equals(ALL)
        ? EVERY
        : names.stream()
            .map(name -> "\"" + (allBut ? LEFT_OUT : "") + name + "\"")
            .collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * This choice with one column fewer.
   *
   * @param column its name
   * @return the choice
   */
  public CarriedColumns without(String column) {
    return allBut
        ? new CarriedColumns(true, Stream.concat(names.stream(), Stream.of(column)).toList())
        : new CarriedColumns(false, names.stream().filter(name -> !name.equals(column)).toList());
  }
}
