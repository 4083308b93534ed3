package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.report.ReportData.Executor;

/**
 * The executors that were busy longest.
 *
 * @param busiest them, the busiest first
 * @param others whether there are more
 */
record BusyExecutors(List<Executor> busiest, boolean others) {

  private static final int MOST = 30;

  static BusyExecutors read(Dataset<Row> rows) {
    List<Executor> executors =
        RowTotals.over(
                rows.groupBy(
                    col("origin.run_id").as("run"),
                    col("origin.executor").as("executor"),
                    col("origin.device").as("device")))
            .orderBy(col("compute_ms").desc(), col("run"), col("executor"), col("device"))
            .limit(MOST + 1)
            .collectAsList()
            .stream()
            .map(
                group ->
                    new Executor(
                        group.getAs("run"),
                        group.getAs("executor"),
                        group.getAs("device"),
                        RowTotals.of(group)))
            .toList();
    return new BusyExecutors(
        executors.subList(0, Math.min(executors.size(), MOST)), executors.size() > MOST);
  }
}
