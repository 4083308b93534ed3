package org.dlmspark.job.compare;

import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;

/** Chooses the rows that all settings of a comparison get. */
final class RowChoice {

  private RowChoice() {}

  /**
   * Chooses the first rows by a hash of their names, so that they are the same however the input is
   * cut into files, and a mixture where it is sorted. A column that would set row by row what the
   * grid varies is not heeded, and identical rows are all decoded, since a setting's speed is that
   * of its decoding.
   *
   * @param input the checked input
   * @param path where it is, for messages
   * @param varied what the grid varies
   * @param limit the most rows; 0 for all
   * @return the rows, kept by Spark once they are read
   * @throws RefusedException if there are none, or a column is in the way
   */
  static CheckedInput choose(
      CheckedInput input, String path, Set<GenerationKey> varied, int limit) {
    if (input.count() == 0) {
      throw new RefusedException(
          "input.path = " + path + " has no rows: there is nothing to compare");
    }
    String reserved = ComparisonFolder.SETTING_COLUMN;
    if (input.carried().stream().anyMatch(reserved::equalsIgnoreCase)) {
      throw new RefusedException(
          "the input has a column "
              + reserved
              + ", by which the rows of a comparison are told apart: rename it in the input, or leave it"
              + " out with output.columns");
    }
    List<GenerationKey> rowKeys =
        input.rowKeys().stream().filter(key -> !varied.contains(key)).toList();
    Dataset<Row> rows = input.rows();
    long count = input.count();
    if (limit > 0 && limit < count) {
      Column[] names =
          input.nameColumns().stream()
              .map(name -> Columns.named(name).cast("string"))
              .toArray(Column[]::new);
      List<Column> order = new ArrayList<>(List.of(xxhash64(names)));
      order.addAll(List.of(names));
      rows = rows.orderBy(order.toArray(Column[]::new)).limit(limit).persist();
      count = limit;
    }
    return new CheckedInput(
        rows, input.prompt().withoutDedupe(), rowKeys, input.carried(), input.warnings(), count);
  }
}
