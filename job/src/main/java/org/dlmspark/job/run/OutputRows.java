package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.prompt.Columns;

/** The rows of an output, and by their names which of them are also elsewhere. */
final class OutputRows {

  private final SparkSession spark;
  private final OutputFolder folder;
  private final StructType schema;
  private final List<String> nameColumns;

  /**
   * Names an output, which need not exist.
   *
   * @param spark the session to read with
   * @param folder the output
   * @param input what it is made of
   */
  OutputRows(SparkSession spark, OutputFolder folder, CheckedInput input) {
    this.spark = spark;
    this.folder = folder;
    schema = OutputSchema.of(input.rows().schema());
    nameColumns = input.nameColumns();
  }

  /** All rows that are in the output now; files that come later are not among them. */
  Dataset<Row> committed() {
    return spark.read().schema(schema).parquet(folder.path());
  }

  /**
   * Rows of some of its files.
   *
   * @param files their names
   * @return the rows
   */
  Dataset<Row> committed(List<String> files) {
    return spark.read().schema(schema).parquet(folder.tablePaths(files));
  }

  /** Rows that have their like among others. */
  Dataset<Row> among(Dataset<Row> rows, Dataset<Row> others) {
    return joined(rows, others, "left_semi");
  }

  /** Rows that have no like among others. */
  Dataset<Row> missing(Dataset<Row> rows, Dataset<Row> others) {
    return joined(rows, others, "left_anti");
  }

  /** The like of a row is one of the same id, and with samples of the same number. */
  private Dataset<Row> joined(Dataset<Row> rows, Dataset<Row> others, String how) {
    List<Column> names = new ArrayList<>();
    Column same = lit(true);
    for (String name : nameColumns) {
      String other = "dlm_spark_" + names.size();
      names.add(Columns.named(name).as(other));
      same = same.and(Columns.named(name).equalTo(col(other)));
    }
    return rows.join(others.select(names.toArray(Column[]::new)), same, how);
  }
}
