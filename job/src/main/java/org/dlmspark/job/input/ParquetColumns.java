package org.dlmspark.job.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What one of the input's Parquet files says of its columns where Spark does not: it refuses a file
 * for one column of a type that it has not, without the column's name, and takes a column without a
 * type for one of numbers.
 */
final class ParquetColumns {

  private final Map<String, Type> types = new LinkedHashMap<>();
  private final ParquetToSparkSchemaConverter converter;

  /**
   * Reads the columns of one file.
   *
   * @param spark the session to read with
   * @param path the input's path
   * @param options the input's options
   */
  ParquetColumns(SparkSession spark, String path, Map<String, String> options) {
    converter = new ParquetToSparkSchemaConverter(SQLConf.get());
    StructType any = new StructType().add("any", DataTypes.StringType);
    String[] files = spark.read().options(options).schema(any).parquet(path).inputFiles();
    if (files.length == 0) {
      return;
    }
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(
                new Path(URI.create(files[0])), spark.sparkContext().hadoopConfiguration()))) {
      for (Type type : reader.getFileMetaData().getSchema().getFields()) {
        types.put(type.getName(), type);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The columns that Spark can read. */
  StructType readable() {
    StructType readable = new StructType();
    for (Type type : types.values()) {
      StructType read = read(type);
      readable = read == null ? readable : readable.add(read.fields()[0]);
    }
    return readable;
  }

  /** The columns that Spark cannot read, with their types. */
  Map<String, String> unreadable() {
    Map<String, String> unreadable = new LinkedHashMap<>();
    types.forEach(
        (name, type) -> {
          if (read(type) == null) {
            unreadable.put(name, text(type));
          }
        });
    return unreadable;
  }

  /** A type as Parquet's own tools write it. */
  private static String text(Type type) {
    if (!type.isPrimitive()) {
      return "a group";
    }
    String stored = type.asPrimitiveType().getPrimitiveTypeName().name().toLowerCase(Locale.ROOT);
    return type.getLogicalTypeAnnotation() == null
        ? stored
        : stored + " (" + type.getLogicalTypeAnnotation() + ")";
  }

  /** Whether nothing but null was ever written to a column. */
  boolean isNull(String column) {
    return types.get(column) != null
        && types.get(column).getLogicalTypeAnnotation() instanceof UnknownLogicalTypeAnnotation;
  }

  private StructType read(Type type) {
    try {
      StructType read = converter.convert(new MessageType("spark", type));
      // Spark knows times of day, and refuses files of them.
      return read.json().contains("\"time(") ? null : read;
    } catch (Exception e) { // Spark throws checked exceptions that its signatures do not name.
      return null;
    }
  }
}
