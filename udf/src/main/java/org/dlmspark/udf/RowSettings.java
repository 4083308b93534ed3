package org.dlmspark.udf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
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

/** The settings of each row: the run's, and over them what the row's own columns say. */
final class RowSettings {
  private final GenerationSettings run;
  private final GenerationSettings resolvedRun;
  private final ModelTraits model;
  private final List<GenerationKey> keys;
  private final int[] columns;

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
    columns = keys.stream().mapToInt(key -> input.fieldIndex(key.column())).toArray();
  }

  /** See {@link GenerateSettings#rowKeys}. */
  static List<GenerationKey> keys(StructType input, Set<String> others) {
    List<String> names = List.of(input.fieldNames());
    List<GenerationKey> keys =
        Arrays.stream(GenerationKey.values())
            .filter(key -> names.contains(key.column()) && !others.contains(key.column()))
            .toList();
    for (GenerationKey key : keys) {
      DataType type = input.apply(key.column()).dataType();
      if (!holdsSettings(type)) {
        throw new IllegalArgumentException(
            "the input's column "
                + key.column()
                + " is of type "
                + type.simpleString()
                + " and cannot give "
                + key.key()
                + " row by row: rename it, or set input.row-settings = false if it is none");
      }
    }
    return keys;
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
      key.set(builder, new SettingValue("column " + key.column(), value, ""));
      given.add(key.column() + " = " + value);
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
