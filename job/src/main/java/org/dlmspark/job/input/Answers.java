package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.prompt.Columns;

/**
 * Answers found in completions.
 *
 * @param right rows whose completion gives the reference answer
 * @param asked rows with a reference answer
 */
public record Answers(long right, long asked) {

  private static final String RIGHT = "right";
  private static final String ASKED = "asked";

  /**
   * Counts answers in rows of an output.
   *
   * @param check how answers are checked
   * @return two aggregates, of which {@link #of} reads what Spark computed
   */
  public static Column[] counts(JobSettings.Check check) {
    Column right = lit(false);
    Column asked = lit(false);
    if (check.answerColumn() != null) {
      Column reference = Columns.named(check.answerColumn()).cast(DataTypes.StringType);
      right = new AnswerCheck(check.answerPattern()).isRight(col("completion"), reference);
      asked = reference.isNotNull();
    }
    return new Column[] {
      count(when(right, lit(1))).as(RIGHT), count(when(asked, lit(1))).as(ASKED)
    };
  }

  /**
   * What Spark computed.
   *
   * @param check how answers are checked
   * @param groups rows with the aggregates
   * @return the sums over the groups; null if nobody asked
   */
  public static Answers of(JobSettings.Check check, Iterable<Row> groups) {
    if (check.answerColumn() == null) {
      return null;
    }
    Answers all = new Answers(0, 0);
    for (Row group : groups) {
      all = new Answers(all.right + group.<Long>getAs(RIGHT), all.asked + group.<Long>getAs(ASKED));
    }
    return all;
  }
}
