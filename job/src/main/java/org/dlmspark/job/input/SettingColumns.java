package org.dlmspark.job.input;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;

/**
 * The input's columns that set rows, and those that nearly do.
 *
 * @param schema the input's columns
 * @param others columns that are something else, whatever they are called
 */
record SettingColumns(StructType schema, Set<String> others) {

  private static final GenerationKey[] KEYS = GenerationKey.values();

  /**
   * The settings that have a column.
   *
   * @throws RefusedException if the column can hold no setting, or there are two
   */
  List<GenerationKey> keys() {
    try {
      return GenerateSettings.rowKeys(schema, others);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  /** A line for each column that sets nothing and is called nearly like a setting. */
  List<Line> slips() {
    List<Line> slips = new ArrayList<>();
    for (String name : schema.fieldNames()) {
      boolean sets = Stream.of(KEYS).anyMatch(key -> Columns.same(name, key.column()));
      if (!sets && !others.contains(name)) {
        meant(name)
            .ifPresent(
                key ->
                    slips.add(
                        Line.of(
                            "a slip?",
                            "column %s sets nothing; did you mean %s?",
                            name,
                            key.column())));
      }
    }
    return slips;
  }

  /** The setting of the same words, put together in another way; else one that is a letter off. */
  private static Optional<GenerationKey> meant(String name) {
    String snake =
        name.strip()
            .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_")
            .replaceAll("[-. ]", "_")
            .toLowerCase(Locale.ROOT);
    return Stream.of(KEYS)
        .filter(
            key ->
                snake.replace("_", "").equals(key.column().replace("_", ""))
                    || snake.equals(key.key().replaceAll("[-.]", "_")))
        .findFirst()
        .or(
            () ->
                Stream.of(KEYS)
                    .filter(
                        key ->
                            LevenshteinDistance.getDefaultInstance().apply(snake, key.column())
                                == 1)
                    .findFirst());
  }
}
