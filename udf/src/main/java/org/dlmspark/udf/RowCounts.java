package org.dlmspark.udf;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;
import org.dlmspark.udf.service.Completion;

/**
 * Named accumulators, which Spark's pages show for each stage while it runs. They count attempts
 * that failed later, too: what was committed, the rows say.
 */
public final class RowCounts implements Serializable {
  private static final long serialVersionUID = 1L;

  private final LongAccumulator rows;
  private final LongAccumulator failed;
  private final LongAccumulator completionTokens;
  private final LongAccumulator positions;

  /**
   * Registers the accumulators, on the driver.
   *
   * @param spark the context whose stages count
   */
  public RowCounts(SparkContext spark) {
    rows = spark.longAccumulator("rows generated");
    failed = spark.longAccumulator("rows with an error");
    completionTokens = spark.longAccumulator("tokens generated");
    positions = spark.longAccumulator("positions computed");
  }

  /** Counts a row, on an executor. */
  void add(Completion completion) {
    rows.add(1);
    failed.add(completion.error() == null ? 0 : 1);
    completionTokens.add(completion.usage().completionTokens());
    positions.add(completion.usage().positionsComputed());
  }
}
