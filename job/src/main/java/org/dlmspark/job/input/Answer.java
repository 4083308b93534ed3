package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.prompt.Columns;

/**
 * The answer in a row's completion, beside the right one.
 *
 * @param wanted the right answer
 * @param found the completion's; null if it has none
 * @param right whether they are the same
 */
public record Answer(String wanted, String found, boolean right) {

  /**
   * Looks for answers in rows of an output.
   *
   * @param check how answers are checked
   * @return a column that {@link #of} reads
   */
  public static Column column(JobSettings.Check check) {
    if (check.answerColumn() == null) {
      return lit(null).cast("struct<wanted string, found string, right boolean>");
    }
    AnswerCheck answers = new AnswerCheck(check.answerPattern());
    Column reference = Columns.named(check.answerColumn()).cast(DataTypes.StringType);
    Column completion = col("completion");
    return struct(
        answers.wanted(reference),
        answers.found(completion),
        answers.isRight(completion, reference));
  }

  /**
   * What Spark computed.
   *
   * @param column a value of the column; may be null
   * @return the answer; null if the row's was not to be checked
   */
  public static Answer of(Row column) {
    return column == null || column.isNullAt(0)
        ? null
        : new Answer(column.getString(0), column.getString(1), column.getBoolean(2));
  }
}
