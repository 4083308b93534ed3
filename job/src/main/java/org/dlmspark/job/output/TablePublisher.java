package org.dlmspark.job.output;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.service.FailureReason;

/**
 * Merges a finished output into a table of Iceberg or Delta ({@code output.table}), in one commit.
 * A row that the table has from the same run is left alone, so that doing it twice changes nothing,
 * and one that failed before is replaced by its successor.
 */
public final class TablePublisher {

  private static final String ROWS = "dlm_spark_rows";

  private final SparkSession spark;
  private final JobSettings.Output output;
  private final List<String> nameColumns;
  private StructType rows;

  /**
   * Begins with nothing.
   *
   * @param spark a session that knows the table's catalog
   * @param output path, format and table
   * @param nameColumns the columns that together name a row
   */
  public TablePublisher(SparkSession spark, JobSettings.Output output, List<String> nameColumns) {
    this.spark = spark;
    this.output = output;
    this.nameColumns = nameColumns;
  }

  /**
   * Makes the table if it is missing, before anything is decoded for it.
   *
   * @param schema of the rows to come
   * @throws RefusedException if that cannot be, or if the table that is there does not fit
   */
  public void prepare(StructType schema) {
    rows = schema;
    StructType there;
    try {
      spark.sql(
          String.format(
              Locale.ROOT,
              "CREATE TABLE IF NOT EXISTS %s (%s) USING %s",
              output.table(),
              schema.asNullable().toDDL(),
              output.format().settingName()));
      there = spark.table(output.table()).schema();
    } catch (Exception e) { // Spark throws checked exceptions that its signatures do not name.
      throw new RefusedException(
          "output.table = "
              + output.table()
              + " cannot be made or read as "
              + output.format().settingName()
              + ": "
              + FailureReason.of(e)
              + "; check its name, and that Spark has the format's jar (--packages) and its catalog"
              + " (--conf spark.sql.catalog.NAME=...)",
          e);
    }
    Set<String> names = names(there);
    List<String> absent =
        names(schema).stream()
            .filter(name -> names.stream().noneMatch(other -> Columns.same(name, other)))
            .toList();
    if (!absent.isEmpty()) {
      throw new RefusedException(
          "output.table = "
              + output.table()
              + " has no column "
              + String.join(", ", absent)
              + ": add what is missing, or name a table that does not exist yet");
    }
  }

  /** Of columns and of their fields, such as {@code origin.seed}. */
  private static Set<String> names(StructType schema) {
    Set<String> names = new LinkedHashSet<>();
    for (StructField column : schema.fields()) {
      names.add(column.name());
      if (column.dataType() instanceof StructType fields) {
        Arrays.stream(fields.fieldNames()).forEach(field -> names.add(column.name() + "." + field));
      }
    }
    return names;
  }

  /**
   * Merges what the table does not have.
   *
   * @return rows that were inserted or replaced
   */
  public long merge() {
    spark.read().schema(rows).parquet(output.path()).createOrReplaceTempView(ROWS);
    try {
      // In SQL throughout: Spark does not let a view that reads a table of a catalog into MERGE.
      // The join runs twice. To count takes only names and run ids; to keep what it finds for the
      // merge would take room for all completions, or a list of names that goes with an executor.
      // And a MERGE tells how many rows it changed too late, if it does: of Delta's tables alone.
      String fresh =
          String.format(
              Locale.ROOT,
              "SELECT r.* FROM %s r LEFT ANTI JOIN %s k ON %s AND k.origin.run_id = r.origin.run_id",
              ROWS,
              output.table(),
              sameName("k", "r"));
      long count = spark.sql(fresh).count();
      if (count > 0) { // a commit of nothing would still be one
        spark.sql(
            String.format(
                Locale.ROOT,
                // By name: the table may have columns of its own, which stay as they are.
                "MERGE INTO %s t USING (%s) s ON %s WHEN MATCHED THEN UPDATE SET %s WHEN NOT"
                    + " MATCHED THEN INSERT (%s) VALUES (%s)",
                output.table(),
                fresh,
                sameName("t", "s"),
                columns("t.%1$s = s.%1$s"),
                columns("%1$s"),
                columns("s.%1$s")));
      }
      return count;
    } finally {
      spark.catalog().dropTempView(ROWS);
    }
  }

  private String columns(String each) {
    return Arrays.stream(rows.fieldNames())
        .map(name -> String.format(Locale.ROOT, each, Columns.quoted(name)))
        .collect(Collectors.joining(", "));
  }

  private String sameName(String one, String other) {
    return nameColumns.stream()
        .map(Columns::quoted)
        .map(name -> one + "." + name + " = " + other + "." + name)
        .collect(Collectors.joining(" AND "));
  }
}
