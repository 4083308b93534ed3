package org.dlmspark.udf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.prompt.Columns;

/**
 * Takes rows through a task with the bytes of their texts as they are. Spark would make Java
 * strings of texts, and of bytes that are no UTF-8 replacement characters; so texts go through as
 * bytes, beside those that the task reads.
 */
public final class CarriedTexts {

  private static final String COPY = "dlm_spark_bytes_";

  private final StructType input;
  private final Set<String> read;
  private final List<Column> before = new ArrayList<>();
  private final List<Column> after = new ArrayList<>();
  private final List<String> carried = new ArrayList<>();
  private StructType between = new StructType();

  private CarriedTexts(StructType input, List<String> along, Set<String> read) {
    this.input = input;
    this.read = read;
    for (StructField field : input.fields()) {
      if (read.contains(field.name())) {
        add(Columns.named(field.name()), field);
      }
    }
    along.forEach(name -> carry(input.apply(name)));
    OutputSchema.COLUMNS.forEach(column -> after.add(Columns.named(column)));
  }

  /**
   * The rows with what a task adds to each.
   *
   * @param rows the input rows
   * @param along the columns that come out again
   * @param settings which columns the task reads
   * @param task makes the task's function for a schema of its input rows, and the names of those
   *     columns of it that come out again
   * @return the rows, those columns followed by {@link OutputSchema#COLUMNS}
   */
  public static Dataset<Row> through(
      Dataset<Row> rows,
      List<String> along,
      GenerateSettings settings,
      BiFunction<StructType, List<String>, MapPartitionsFunction<Row, Row>> task) {
    StructType input = rows.schema();
    Set<String> read = new HashSet<>(settings.prompt().source().columns());
    read.add(settings.prompt().idColumn());
    settings.rowKeys().forEach(key -> read.add(input.fieldNames()[RowSettings.column(input, key)]));
    CarriedTexts texts = new CarriedTexts(input, along, read);
    return rows.select(texts.before.toArray(Column[]::new))
        .mapPartitions(
            task.apply(texts.between, List.copyOf(texts.carried)),
            Encoders.row(OutputSchema.of(texts.carriedSchema())))
        .select(texts.after.toArray(Column[]::new));
  }

  private StructType carriedSchema() {
    return new StructType(carried.stream().map(between::apply).toArray(StructField[]::new));
  }

  private void add(Column column, StructField field) {
    before.add(column);
    between = between.add(field);
  }

  private void carry(StructField field) {
    Column column = Columns.named(field.name());
    DataType bytes = bytes(field.dataType());
    boolean isRead = read.contains(field.name());
    if (bytes.equals(field.dataType())) {
      if (!isRead) {
        add(column, field);
      }
      carried.add(field.name());
      after.add(column);
      return;
    }
    String name = isRead ? copyName() : field.name();
    add(
        column.cast(bytes).as(name),
        new StructField(name, bytes, field.nullable(), Metadata.empty()));
    carried.add(name);
    after.add(Columns.named(name).cast(field.dataType()).as(field.name(), field.metadata()));
  }

  private String copyName() {
    List<String> names = new ArrayList<>(List.of(input.fieldNames()));
    names.addAll(List.of(between.fieldNames()));
    int number = 0;
    while (names.stream().anyMatch((COPY + number)::equalsIgnoreCase)) {
      number++;
    }
    return COPY + number;
  }

  /** The type with binaries in the place of strings. */
  private static DataType bytes(DataType type) {
    if (type instanceof StringType) {
      return DataTypes.BinaryType;
    }
    if (type instanceof ArrayType array) {
      return DataTypes.createArrayType(bytes(array.elementType()), array.containsNull());
    }
    if (type instanceof MapType map) {
      return DataTypes.createMapType(
          bytes(map.keyType()), bytes(map.valueType()), map.valueContainsNull());
    }
    if (type instanceof StructType struct) {
      return new StructType(
          Arrays.stream(struct.fields())
              .map(
                  field ->
                      new StructField(
                          field.name(),
                          bytes(field.dataType()),
                          field.nullable(),
                          field.metadata()))
              .toArray(StructField[]::new));
    }
    return type;
  }
}
