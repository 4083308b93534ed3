package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.report.ReportData.ErrorRows;
import org.dlmspark.job.report.ReportData.Example;
import org.dlmspark.job.report.ReportData.RunRows;

/**
 * Rows by what they have in common: all that one pass over them can sum up.
 *
 * @param runs by run
 * @param results how many, by finish reason
 * @param errors those with an error, by code
 * @param devices by kind of device
 * @param answers how many completions were right; null if it was not asked
 */
record RowGroups(
    Map<String, RunRows> runs,
    Map<String, Long> results,
    Map<String, ErrorRows> errors,
    Map<String, RowTotals> devices,
    Answers answers) {

  private static final int MOST_EXAMPLES = 3;
  private static final int LONGEST_MESSAGE = 300;

  static RowGroups read(ReportRows rows) {
    Map<String, RunRows> runs = new TreeMap<>();
    Map<String, Long> results = new TreeMap<>();
    Map<String, ErrorRows> errors = new TreeMap<>();
    Map<String, RowTotals> devices = new TreeMap<>();
    List<Row> groups = groups(rows);
    for (Row group : groups) {
      RowTotals totals = RowTotals.of(group);
      runs.merge(
          group.getAs("run"),
          new RunRows(group.getAs("run"), totals, SlotTime.period(group)),
          (a, b) ->
              new RunRows(a.id(), a.totals().plus(b.totals()), a.decoded().with(b.decoded())));
      results.merge(group.getAs("finish_reason"), totals.rows(), Long::sum);
      devices.merge(group.getAs("kind"), totals, RowTotals::plus);
      String code = group.getAs("code");
      if (code != null) {
        errors.merge(
            code, new ErrorRows(code, totals.rows(), examples(group)), RowGroups::together);
      }
    }
    return new RowGroups(runs, results, errors, devices, Answers.of(rows.check(), groups));
  }

  private static List<Row> groups(ReportRows rows) {
    Column example =
        when(
            col("error").isNotNull(),
            struct(rows.name(), ReportRows.shortened(col("error.message"), LONGEST_MESSAGE)));
    List<Column> more = new ArrayList<>();
    more.add(min(example).as("first_example"));
    more.add(max(example).as("last_example"));
    Collections.addAll(more, Answers.counts(rows.check()));
    return SlotTime.over(
            rows.all()
                .groupBy(
                    col("origin.run_id").as("run"),
                    substring_index(col("origin.device"), ":", 1).as("kind"),
                    col("finish_reason"),
                    col("error.code").as("code")),
            more.toArray(Column[]::new))
        .collectAsList();
  }

  private static List<Example> examples(Row group) {
    List<Example> examples = new ArrayList<>();
    for (String column : List.of("first_example", "last_example")) {
      Row example = group.getAs(column);
      examples.add(new Example(example.getString(0), example.getString(1)));
    }
    return examples.stream().distinct().toList();
  }

  private static ErrorRows together(ErrorRows a, ErrorRows b) {
    List<Example> examples = new ArrayList<>(a.examples());
    examples.addAll(b.examples());
    return new ErrorRows(
        a.code(), a.rows() + b.rows(), examples.stream().limit(MOST_EXAMPLES).toList());
  }
}
