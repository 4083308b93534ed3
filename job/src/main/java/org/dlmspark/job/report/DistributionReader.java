package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.percentile_approx;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.job.report.ReportData.LengthGroup;
import org.dlmspark.job.report.ReportData.Measure;

/** Reads how rows differ from each other, by the length of their prompts. */
final class DistributionReader {

  private static final int HISTOGRAM_BUCKETS = 24;

  private static final String PROMPT = "prompt_tokens";
  private static final String GROUP = "length_group";

  /** Where the prompts' lengths are cut into five groups of about as many rows. */
  private static final List<Double> LENGTH_CUTS = List.of(0.2, 0.4, 0.6, 0.8);

  /** Ranks that percentiles may be wrong by: a ten-thousandth of the rows. */
  private static final Column ACCURACY = lit(10_000);

  private DistributionReader() {}

  /**
   * Reads how decode time, queue time and steps differ from row to row.
   *
   * @param rows the rows
   * @return one for each measure; none if no row is without an error
   */
  static List<Distribution> read(Dataset<Row> rows) {
    Dataset<Row> decoded =
        rows.filter(col("error").isNull())
            .select(
                col("usage.prompt_tokens").as(PROMPT),
                value(Measure.DECODE_MS),
                value(Measure.QUEUE_MS),
                value(Measure.STEPS));
    List<Column> ranges = new ArrayList<>();
    for (Measure measure : Measure.values()) {
      ranges.add(min(col(measure.name())));
      ranges.add(percentile_approx(col(measure.name()), lit(0.99), ACCURACY));
    }
    Row range =
        decoded
            .agg(
                percentile_approx(col(PROMPT), literals(LENGTH_CUTS), ACCURACY).as("cuts"),
                ranges.toArray(Column[]::new))
            .first();
    if (range.isNullAt(0)) {
      return List.of();
    }
    Column group = lit(0);
    for (Integer cut : new TreeSet<>(range.<Integer>getList(0))) {
      group = group.plus(when(col(PROMPT).gt(cut), 1).otherwise(0));
    }
    Dataset<Row> grouped = decoded.withColumn(GROUP, group);
    Map<Measure, Buckets> buckets = new EnumMap<>(Measure.class);
    int at = 1;
    for (Measure measure : Measure.values()) {
      buckets.put(
          measure,
          Buckets.of(
              range.getDouble(at), range.getDouble(at + 1), HISTOGRAM_BUCKETS, measure.finest()));
      at += 2;
    }
    return distributions(percentiles(grouped), counts(grouped, buckets), buckets);
  }

  private static Column value(Measure measure) {
    return col(measure.column()).cast(DataTypes.DoubleType).as(measure.name());
  }

  private static Column literals(List<Double> values) {
    return array(values.stream().map(value -> lit(value)).toArray(Column[]::new));
  }

  /** A row for each group of lengths, the shortest first. */
  private static List<Row> percentiles(Dataset<Row> grouped) {
    List<Column> columns = new ArrayList<>();
    columns.add(min(col(PROMPT)));
    columns.add(max(col(PROMPT)));
    for (Measure measure : Measure.values()) {
      columns.add(
          percentile_approx(col(measure.name()), literals(List.of(0.5, 0.9, 0.99)), ACCURACY));
      columns.add(max(col(measure.name())));
    }
    return grouped
        .groupBy(GROUP)
        .agg(count(lit(1)), columns.toArray(Column[]::new))
        .orderBy(GROUP)
        .collectAsList();
  }

  /** Rows by group, measure and bucket. */
  private static List<Row> counts(Dataset<Row> grouped, Map<Measure, Buckets> buckets) {
    Column[] cells =
        buckets.entrySet().stream()
            .map(
                entry ->
                    struct(
                        lit(entry.getKey().name()).as("measure"),
                        entry.getValue().indexOf(col(entry.getKey().name())).as("bucket")))
            .toArray(Column[]::new);
    return grouped
        .select(col(GROUP), explode(array(cells)).as("cell"))
        .groupBy(col(GROUP), col("cell.measure"), col("cell.bucket"))
        .count()
        .collectAsList();
  }

  private static List<Distribution> distributions(
      List<Row> percentiles, List<Row> counts, Map<Measure, Buckets> buckets) {
    List<Distribution> distributions = new ArrayList<>();
    int at = 4;
    for (Measure measure : Measure.values()) {
      List<LengthGroup> groups = new ArrayList<>();
      for (Row row : percentiles) {
        Long[] rows = new Long[buckets.get(measure).count()];
        Arrays.fill(rows, 0L);
        counts.stream()
            .filter(cell -> cell.getInt(0) == row.getInt(0))
            .filter(cell -> cell.getString(1).equals(measure.name()))
            .forEach(cell -> rows[cell.getInt(2)] = cell.getLong(3));
        List<Double> ranks = row.getList(at);
        groups.add(
            new LengthGroup(
                row.getInt(2),
                row.getInt(3),
                row.getLong(1),
                ranks.get(0),
                ranks.get(1),
                ranks.get(2),
                row.getDouble(at + 1),
                List.of(rows)));
      }
      distributions.add(new Distribution(measure, groups, buckets.get(measure)));
      at += 2;
    }
    return distributions;
  }
}
