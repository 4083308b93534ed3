package org.dlmspark.udf.service;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkThrowable;
import org.dlmspark.udf.checkpoint.ShownValue;

/** One readable line of what was thrown. */
public final class FailureReason {
  /** Bounds the walk, since a chain of causes may be a ring. */
  private static final int DEEPEST = 50;

  private static final int LONGEST = 1000;

  /** How Parquet names a column that it cannot decode. */
  private static final Pattern COLUMN = Pattern.compile("\\bin col(?:umn)? (\\[[^\\]]+\\])");

  private FailureReason() {}

  /**
   * The line that tells most: that of the outermost exception of this project, which has its cause
   * in it; else what the innermost exception with a message says, behind the file and the column
   * that an outer one names.
   *
   * @param thrown what was thrown
   * @return one line, never null
   */
  public static String of(Throwable thrown) {
    String reason = null;
    Set<String> places = new LinkedHashSet<>();
    for (Throwable cause : causes(thrown)) {
      String line = line(cause);
      if (line != null && cause.getClass().getName().startsWith("org.dlmspark.")) {
        return line;
      }
      addPlaces(cause, places);
      reason = line == null ? reason : line;
    }
    if (reason == null) {
      return thrown.getClass().getName();
    }
    String told = reason;
    places.removeIf(place -> told.contains(place.replaceFirst("(?s).*[/ ]", "")));
    return places.isEmpty() ? told : String.join(", ", places) + ": " + told;
  }

  /**
   * The file that could not be read, as Spark names it.
   *
   * @param thrown what was thrown
   * @return its path, or null if no exception names one
   */
  public static String file(Throwable thrown) {
    return causes(thrown).stream()
        .map(FailureReason::fileOf)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = thrown; t != null && causes.size() < DEEPEST; t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  private static void addPlaces(Throwable cause, Set<String> places) {
    String file = fileOf(cause);
    if (file != null) {
      places.add(ShownValue.escaped(file));
    }
    Matcher column = COLUMN.matcher(String.valueOf(cause.getMessage()));
    if (column.find()) {
      places.add("column " + ShownValue.of(column.group(1)));
    }
  }

  private static String fileOf(Throwable cause) {
    return cause instanceof SparkThrowable known && known.getCondition() != null
        ? known.getMessageParameters().get("path")
        : null;
  }

  /**
   * The line of a message that says why. A failed TorchScript program's message begins with a trace
   * of the program; its reason is the last line that names an error. One word, such as a path or a
   * host, says nothing without the name of what went wrong with it.
   */
  private static String line(Throwable thrown) {
    String message = thrown.getMessage();
    if (message == null || message.isBlank()) {
      return null;
    }
    List<String> lines = message.strip().lines().map(String::strip).toList();
    if (lines.get(0).contains("TorchScript")) {
      for (int i = lines.size() - 1; i > 0; i--) {
        if (lines.get(i).matches("\\w*(Error|Exception): .+")) {
          return ShownValue.of(lines.get(i), LONGEST);
        }
      }
    }
    String first = ShownValue.of(lines.get(0), LONGEST);
    return first.contains(" ") ? first : thrown.getClass().getSimpleName() + ": " + first;
  }
}
