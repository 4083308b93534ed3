package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OwnFiles;
import org.dlmspark.job.settings.ChangedRows;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.prompt.Columns;

/** The rows of an output beside those of its input, matched by their names. */
final class OutputRows {

  private static final String ERROR = "error";
  private static final String ORIGIN = "origin";

  private final SparkSession spark;
  private final OutputFolder folder;
  private final CheckedInput input;
  private final StructType schema;
  private final boolean retries;
  private final boolean redoes;

  /** The name columns of the other side of a join. */
  private final List<String> others;

  private final String asks;
  private final String more;
  private final String rowCount;
  private final String file;

  /**
   * Names an output, which need not exist.
   *
   * @param spark the session to read with
   * @param folder the output
   * @param input what it is made of
   * @param output which of its rows are to be done anew
   */
  OutputRows(
      SparkSession spark, OutputFolder folder, CheckedInput input, JobSettings.Output output) {
    this.spark = spark;
    this.folder = folder;
    this.input = input;
    schema = input.outputSchema();
    retries = output.mode() == OutputMode.RETRY_FAILED;
    redoes = output.changed() == ChangedRows.REDO;
    others =
        IntStream.range(0, input.nameColumns().size()).mapToObj(i -> free("name_" + i)).toList();
    asks = free("asks");
    more = free("more");
    rowCount = free("rows");
    file = free("file");
  }

  /** A name that no column of the input or the output has. */
  private String free(String wish) {
    StructType all = schema;
    for (StructField field : input.rows().schema().fields()) {
      all = all.add(field);
    }
    return Columns.fresh(all, "dlm_spark_" + wish);
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

  /** The name of the column {@link #withFiles} adds. */
  String file() {
    return file;
  }

  /**
   * The rows that are in the output now, as far as it matters which of them to do anew, with the
   * names of their files.
   */
  Dataset<Row> withFiles() {
    StructType looked = new StructType();
    for (String name : input.nameColumns()) {
      looked = looked.add(schema.apply(name));
    }
    looked = looked.add(schema.apply(ERROR)).add(schema.apply(ORIGIN));
    Dataset<Row> rows = spark.read().schema(looked).parquet(folder.path());
    // Not by its plain name: a column of the input may have that.
    return rows.withColumn(file, rows.metadataColumn("_metadata").getField("file_name"));
  }

  /** Refuses to replace files that no run of the output wrote. */
  void requireOwn(List<String> files) throws IOException {
    new OwnFiles(folder).require(files);
  }

  /** Rows of the input that have no like among others. */
  Dataset<Row> missing(Dataset<Row> rows, Dataset<Row> others) {
    return rows.join(others.select(otherNames()), sameName(), "left_anti");
  }

  /** Rows of the input that have their like among others. */
  Dataset<Row> among(Dataset<Row> others) {
    return input.rows().join(others.select(otherNames()), sameName(), "left_semi");
  }

  /** Of some rows of the output, those that the run has to do anew. */
  Dataset<Row> toDoAnew(Dataset<Row> rows) {
    return rows.join(asking(), sameName().and(toDoAnew()), "left_semi");
  }

  /** Of some rows of the output, those that stay. */
  Dataset<Row> toKeep(Dataset<Row> rows) {
    return rows.join(asking(), sameName().and(toDoAnew()), "left_anti");
  }

  /**
   * Counts what is in the output, in the input, and in both.
   *
   * @param cell the cell of a row of the input, see {@link WaveCells}
   * @return a row for each cell and one without for what the input has no longer, with the counts
   *     {@code input}, {@code missing}, those of {@link Work}, and {@code doubled}, names that more
   *     than one row of the output has, with an example
   */
  Dataset<Row> compared(Column cell) {
    Column there = Columns.named(input.nameColumns().get(0)).isNotNull();
    Column asked = col(others.get(0)).isNotNull();
    Column both = there.and(asked);
    Column changed = both.and(hasChanged()).and(not(toRetry()));
    return named()
        .join(asking(cell), sameName(), "full_outer")
        .groupBy(more)
        .agg(
            counted(asked).as("input"),
            coalesce(sum(rowCount), lit(0L)).as("done"),
            counted(col(rowCount).gt(1)).as("doubled"),
            min(when(col(rowCount).gt(1), name())).as("doubled_example"),
            counted(there.and(hasFailed())).as("failed"),
            counted(there.and(not(asked))).as("gone"),
            counted(asked.and(not(there))).as("missing"),
            counted(both.and(hash().isNull())).as("unhashed"),
            counted(changed).as("changed"),
            min(when(changed, name())).as("example"),
            counted(both.and(toDoAnew())).as("anew"));
  }

  /** The output's names, of each what {@link #compared} looks at. */
  private Dataset<Row> named() {
    return committed()
        .groupBy(input.nameColumns().stream().map(Columns::named).toArray(Column[]::new))
        .agg(
            count(lit(1)).as(rowCount),
            first(struct(hash().as(OutputSchema.PROMPT_HASH))).as(ORIGIN),
            first(col(ERROR)).as(ERROR));
  }

  private static Column counted(Column condition) {
    return count(when(condition, lit(1)));
  }

  private static Column hash() {
    return col(ORIGIN).getField(OutputSchema.PROMPT_HASH);
  }

  private static Column hasFailed() {
    return col(ERROR).isNotNull();
  }

  /** Of what a version without hashes wrote nobody knows whether it has changed. */
  private Column hasChanged() {
    return hash().isNotNull().and(hash().notEqual(col(asks)));
  }

  private Column toRetry() {
    return lit(retries).and(hasFailed());
  }

  private Column toDoAnew() {
    return toRetry().or(lit(redoes).and(hasChanged()));
  }

  private Dataset<Row> asking() {
    return asking(lit(null));
  }

  /** The names of the input's rows, what each asks, and something more of it. */
  private Dataset<Row> asking(Column value) {
    List<Column> columns = new ArrayList<>(List.of(otherNames()));
    columns.add(input.promptHash().as(asks));
    columns.add(value.as(more));
    return input.rows().select(columns.toArray(Column[]::new));
  }

  private Column[] otherNames() {
    List<String> names = input.nameColumns();
    return IntStream.range(0, names.size())
        .mapToObj(i -> Columns.named(names.get(i)).as(others.get(i)))
        .toArray(Column[]::new);
  }

  /** The like of a row is one of the same id, and with samples of the same number. */
  private Column sameName() {
    List<String> names = input.nameColumns();
    Column same = lit(true);
    for (int i = 0; i < names.size(); i++) {
      same = same.and(Columns.named(names.get(i)).equalTo(col(others.get(i))));
    }
    return same;
  }

  /** What a row is called in a message. */
  private Column name() {
    Column id = Columns.named(input.prompt().idColumn()).cast(DataTypes.StringType);
    String sample = input.prompt().sampleColumn();
    return sample == null
        ? id
        : concat(id, lit(", sample "), Columns.named(sample).cast(DataTypes.StringType));
  }
}
