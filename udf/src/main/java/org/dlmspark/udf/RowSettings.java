package org.dlmspark.udf;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.SettingValue;
import org.dlmspark.udf.prompt.Columns;

/** The settings of each row: the run's, and over them what the row's own columns say. */
final class RowSettings {
  private final GenerationSettings run;
  private final GenerationSettings resolvedRun;
  private final ModelTraits model;
  private final List<GenerationKey> keys;
  private final int[] columns;
  private final List<String> names;

  /**
   * Creates the settings of a table's rows.
   *
   * @param run the run's settings
   * @param input the columns
   * @param keys the settings that have a column
   * @param model the model
   */
  RowSettings(
      GenerationSettings run, StructType input, List<GenerationKey> keys, ModelTraits model) {
    this.run = run;
    this.keys = keys;
    this.model = model;
    resolvedRun = run.resolve(model);
    columns = keys.stream().mapToInt(key -> column(input, key)).toArray();
    names = IntStream.of(columns).mapToObj(column -> input.fieldNames()[column]).toList();
  }

  /** See {@link GenerateSettings#rowKeys}. */
  static List<GenerationKey> keys(StructType input, Set<String> others) {
    List<GenerationKey> keys = new ArrayList<>();
    for (GenerationKey key : GenerationKey.values()) {
      List<String> called =
          Columns.called(input, key.column()).stream()
              .filter(name -> !others.contains(name))
              .toList();
      if (called.size() > 1) {
        throw new IllegalArgumentException(
            "the input's columns "
                + String.join(" and ", called)
                + " would both give "
                + key.key()
                + " row by row: rename one of them, or set input.row-settings = false if they are"
                + " none");
      }
      if (called.isEmpty()) {
        continue;
      }
      keys.add(key);
      DataType type = input.fields()[column(input, key)].dataType();
      if (!holdsSettings(type)) {
        throw new IllegalArgumentException(
            "the input's column "
                + called.get(0)
                + " is of type "
                + type.simpleString()
                + " and cannot give "
                + key.key()
                + " row by row: rename it, or set input.row-settings = false if it is none");
      }
    }
    return keys;
  }

  /**
   * Where the column of a setting is. Case decides only where it is all that tells two columns
   * apart.
   *
   * @throws IllegalArgumentException if there is none
   */
  static int column(StructType input, GenerationKey key) {
    List<String> names = List.of(input.fieldNames());
    int exact = names.indexOf(key.column());
    return exact >= 0
        ? exact
        : IntStream.range(0, names.size())
            .filter(i -> names.get(i).equalsIgnoreCase(key.column()))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        key.key()
                            + " = "
                            + key.column()
                            + ": there is no such column; the input has "
                            + String.join(", ", names)));
  }

  private static boolean holdsSettings(DataType type) {
    return type instanceof NumericType
        || type instanceof StringType
        || type instanceof BooleanType
        || (type instanceof ArrayType array && array.elementType() instanceof StringType);
  }

  /**
   * The settings of a row.
   *
   * @param row the row
   * @return settings with nothing left open
   * @throws IllegalArgumentException naming the column, if its value is no such setting, or not
   *     together with the others
   */
  GenerationSettings of(Row row) {
    GenerationSettingsBuilder builder = null;
    List<String> given = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      if (row.isNullAt(columns[i])) {
        continue;
      }
      if (builder == null) {
        builder = new GenerationSettingsBuilder(run);
      }
      GenerationKey key = keys.get(i);
      Object value = row.get(columns[i]);
      if (value instanceof scala.collection.Seq) {
        value = row.getList(columns[i]);
      }
      key.set(builder, new SettingValue("column " + names.get(i), value, ""));
      given.add(names.get(i) + " = " + value);
    }
    if (builder == null) {
      return resolvedRun;
    }
    try {
      return builder.build().resolve(model);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "with this row's columns " + String.join(", ", given) + ": " + e.getMessage(), e);
    }
  }
}
