package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.is_valid_utf8;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.prompt.Columns;

/** Sees to it that every row has an id of its own: the input's, or a hash that is added. */
final class RowIds {

  /**
   * Hexadecimal digits of the added id: 128 bits, so that no two of many prompts meet by chance.
   */
  private static final int HASH_DIGITS = 32;

  private static final int EXAMPLES = 3;
  private static final int LONGEST_EXAMPLE = 60;

  private final JobSettings.Input input;
  private final InputReader reader;

  RowIds(JobSettings.Input input, InputReader reader) {
    this.input = input;
    this.reader = reader;
  }

  /**
   * Rows with an id each.
   *
   * @param rows the rows, not yet read
   * @param column the column with their ids
   * @param count how many rows there are
   */
  record Named(Dataset<Row> rows, String column, long count) {}

  /**
   * Names the rows. Reads the ids and, where they are hashes, the prompts.
   *
   * @param rows the input, its columns checked
   * @return the rows with their ids
   * @throws RefusedException if an id is missing, or shared
   */
  Named named(Dataset<Row> rows) {
    if (input.idColumn() != null) {
      return new Named(rows, input.idColumn(), checked(rows, input.idColumn(), lit(null)));
    }
    Column prompt = input.source().text(rows.schema());
    Column asks = CheckedInput.asks(prompt);
    Column hashed = when(asks, prompt).otherwise(allOf(rows.schema()));
    String column = JobSettings.Input.HASH_COLUMN;
    Dataset<Row> named =
        rows.withColumn(column, substring(sha2(hashed.cast("binary"), 256), 1, HASH_DIGITS));
    Column example = when(asks, substring(prompt, 1, LONGEST_EXAMPLE)).otherwise("");
    return new Named(named, column, checked(named, column, example));
  }

  /** All columns as one string, which tells null from any text. */
  private static Column allOf(StructType schema) {
    return concat_ws(
        "\u0001",
        Arrays.stream(schema.fieldNames())
            .map(name -> coalesce(Columns.named(name).cast("string"), lit("\u0000")))
            .toArray(Column[]::new));
  }

  /**
   * Counts rows and refuses ids that are missing, cannot be kept, or are shared.
   *
   * @param example what to call a row in a message, if not by its id
   */
  private long checked(Dataset<Row> rows, String idColumn, Column example) {
    Dataset<Row> ids =
        rows.select(Columns.named(idColumn).as("id"), example.as("example"))
            .groupBy("id")
            .agg(count(lit(1)).as("n"), first("example").as("example"));
    Column shared = col("n").gt(1).and(col("id").isNotNull());
    Column broken = isBroken(rows.schema().apply(idColumn).dataType());
    Row totals =
        reader.reading(
            () ->
                ids.agg(
                        total(col("n")),
                        total(when(col("id").isNull(), col("n"))),
                        total(when(shared, lit(1L))),
                        total(when(broken, col("n"))),
                        min(when(broken, hex(col("id").cast("string")))))
                    .first());
    long count = totals.getLong(0);
    if (totals.getLong(3) > 0) {
      throw broken(idColumn, rows.schema().apply(idColumn).dataType(), totals);
    }
    if (totals.getLong(1) > 0) {
      reader.refuseBrokenLine(rows, idColumn);
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "input.id-column = %s is null in %,d of %,d rows: give every row an id, or set"
                  + " input.id-column = null to take a hash of the prompt",
              idColumn,
              totals.getLong(1),
              count));
    }
    if (totals.getLong(2) > 0) {
      throw notUnique(totals.getLong(2), ids.filter(shared));
    }
    return count;
  }

  /**
   * Ids that are not themselves once they have been written: of bytes that are no text, which
   * become replacement characters; and NaN, which pandas writes for a missing number.
   */
  private static Column isBroken(DataType type) {
    if (type instanceof StringType) {
      return not(is_valid_utf8(col("id")));
    }
    return type instanceof DoubleType || type instanceof FloatType ? isnan(col("id")) : lit(false);
  }

  private static RefusedException broken(String idColumn, DataType type, Row totals) {
    return new RefusedException(
        type instanceof StringType
            ? String.format(
                Locale.ROOT,
                "input.id-column = %s is no valid UTF-8 in %,d of %,d rows, such as the bytes %s:"
                    + " such ids cannot be kept as they are; write them as text, by hex or base64,"
                    + " or set input.id-column = null to take a hash of the prompt",
                idColumn,
                totals.getLong(3),
                totals.getLong(0),
                Excerpt.shortened(totals.getString(4), LONGEST_EXAMPLE))
            : String.format(
                Locale.ROOT,
                "input.id-column = %s is NaN in %,d of %,d rows: give every row an id, best a whole"
                    + " number or a string, or set input.id-column = null to take a hash of the"
                    + " prompt",
                idColumn,
                totals.getLong(3),
                totals.getLong(0)));
  }

  private RefusedException notUnique(long shared, Dataset<Row> groups) {
    String examples =
        groups.orderBy(col("n").desc(), col("id")).limit(EXAMPLES).collectAsList().stream()
            .map(
                row ->
                    String.format(
                        Locale.ROOT,
                        "%s (%,d rows)",
                        row.isNullAt(2)
                            ? Excerpt.value(row.get(0))
                            : Excerpt.quoted(row.getString(2), LONGEST_EXAMPLE),
                        row.getLong(1)))
            .collect(Collectors.joining(", "));
    if (input.idColumn() == null) {
      return new RefusedException(
          String.format(
              Locale.ROOT,
              "input.id-column = null names rows by their prompt, but prompts occur more than"
                  + " once: %,d, such as %s: name an id column, or remove the"
                  + " repetitions",
              shared,
              examples));
    }
    return new RefusedException(
        String.format(
            Locale.ROOT,
            "input.id-column = %s is not unique: ids that occur more than once: %,d, such as %s:"
                + " give every row an id of its own, or set input.id-column = null to take a hash"
                + " of the prompt",
            input.idColumn(),
            shared,
            examples));
  }

  private static Column total(Column column) {
    return coalesce(sum(column), lit(0L));
  }
}
