package org.dlmspark.job.compare;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.udf.prompt.Columns;

/**
 * A comparison of a setting's completions with the baseline's, row by row.
 *
 * @param rows rows that the baseline completed; one that this setting did not is unlike it
 * @param sameText how many of them have the same text
 * @param sameTokens the sum over them of the share of places, up to the end of the longer
 *     completion, at which both have the same token
 */
record Likeness(long rows, long sameText, double sameTokens) {

  /** Equal ids at equal places; ids behind the shorter completion's end count as different. */
  private static final String SHARE_OF_EQUAL_TOKENS =
      """
      CASE WHEN tokens IS NULL THEN 0D
           WHEN size(tokens) = 0 AND size(base_tokens) = 0 THEN 1D
           ELSE size(filter(arrays_zip(tokens, base_tokens), p -> p.tokens = p.base_tokens))
                / greatest(size(tokens), size(base_tokens))
      END""";

  /**
   * Compares.
   *
   * @param rows what the setting wrote
   * @param baseline what the baseline wrote
   * @param nameColumns the columns that together name a row
   */
  static Likeness read(Dataset<Row> rows, Dataset<Row> baseline, List<String> nameColumns) {
    Dataset<Row> pairs =
        completions(baseline, nameColumns, "base_")
            .join(completions(rows, nameColumns, ""), names(nameColumns), "left");
    Row sums =
        pairs
            .agg(
                count(lit(1)),
                count(when(col("text").equalTo(col("base_text")), lit(1))),
                coalesce(sum(expr(SHARE_OF_EQUAL_TOKENS)), lit(0.0)))
            .first();
    return new Likeness(sums.getLong(0), sums.getLong(1), sums.getDouble(2));
  }

  /**
   * Rows with a completion, under names that no input's column can have in the way. Rows without
   * one need not have a name of their own.
   */
  private static Dataset<Row> completions(
      Dataset<Row> rows, List<String> nameColumns, String prefix) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < nameColumns.size(); i++) {
      columns.add(Columns.named(nameColumns.get(i)).as("name" + i));
    }
    columns.add(col("completion").as(prefix + "text"));
    columns.add(expr("slice(token_ids, 1, usage.completion_tokens)").as(prefix + "tokens"));
    return rows.filter(col("completion").isNotNull()).select(columns.toArray(Column[]::new));
  }

  private static String[] names(List<String> nameColumns) {
    String[] names = new String[nameColumns.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = "name" + i;
    }
    return names;
  }
}
