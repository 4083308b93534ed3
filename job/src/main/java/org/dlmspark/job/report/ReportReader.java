package org.dlmspark.job.report;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.percentile_approx;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.RelationalGroupedDataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.output.SlowRow;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.job.report.ReportData.ErrorRows;
import org.dlmspark.job.report.ReportData.Example;
import org.dlmspark.job.report.ReportData.Executor;
import org.dlmspark.job.report.ReportData.LengthGroup;
import org.dlmspark.job.report.ReportData.Measure;
import org.dlmspark.job.report.ReportData.Period;
import org.dlmspark.job.report.ReportData.RunRows;
import org.dlmspark.job.report.ReportData.Sample;
import org.dlmspark.job.report.ReportData.Speed;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.prompt.Columns;

/**
 * Reads an output for its report. Spark counts; what comes to the driver grows with runs and error
 * codes, never with rows.
 */
public final class ReportReader {

  private static final int MOST_EXAMPLES = 3;
  private static final int MOST_EXECUTORS = 30;
  private static final int SLOW_ROWS = 10;
  private static final int SAMPLES = 6;
  private static final int LONGEST_TEXT = 600;
  private static final int LONGEST_MESSAGE = 300;

  private static final int SPEED_RUNS = 4;
  private static final int SPEED_BUCKETS = 60;

  private static final int HISTOGRAM_BUCKETS = 24;

  private static final String PROMPT = "prompt_tokens";
  private static final String GROUP = "length_group";

  /** Where the prompts' lengths are cut into five groups of about as many rows. */
  private static final List<Double> LENGTH_CUTS = List.of(0.2, 0.4, 0.6, 0.8);

  /** Ranks that percentiles may be wrong by: a ten-thousandth of the rows. */
  private static final Column ACCURACY = lit(10_000);

  private final Dataset<Row> rows;
  private final OutputFolder folder;
  private final Manifest manifest;
  private final Column name;

  private ReportReader(Dataset<Row> rows, OutputFolder folder, Manifest manifest) {
    this.rows = rows;
    this.folder = folder;
    this.manifest = manifest;
    this.name = name(manifest.fingerprint().settings()).cast(DataTypes.StringType);
  }

  /**
   * Looks whether there is an output to read, without reading its rows.
   *
   * @param folder the output
   * @return its manifest
   * @throws RefusedException if it has no manifest or no files of rows
   */
  public static Manifest check(OutputFolder folder) throws IOException {
    Manifest manifest = Manifest.read(folder);
    if (manifest == null) {
      throw new RefusedException(
          "there is no "
              + folder.notePath(Manifest.FILE)
              + ": name a folder that a job wrote, its output.path");
    }
    if (folder.tableFiles().isEmpty()) {
      throw empty(folder);
    }
    return manifest;
  }

  private static RefusedException empty(OutputFolder folder) {
    return new RefusedException(
        folder.path()
            + " has no rows: the input was empty, or nothing is committed yet; ask again when the"
            + " first wave is");
  }

  /**
   * Reads an output, which may be one that a run is writing to.
   *
   * @param spark the session to read with
   * @param folder the output
   * @return what a report tells
   * @throws RefusedException if it has no manifest or no rows
   */
  static ReportData read(SparkSession spark, OutputFolder folder) throws IOException {
    Manifest manifest = check(folder);
    return new ReportReader(rows(spark, folder, manifest.replacement()), folder, manifest).read();
  }

  private static Dataset<Row> rows(
      SparkSession spark, OutputFolder folder, Manifest.Replacement replacement)
      throws IOException {
    if (replacement == null) {
      return spark.read().parquet(folder.path());
    }
    List<String> files = new ArrayList<>(folder.tableFiles());
    files.removeAll(Set.copyOf(replacement.superseded(files)));
    return spark
        .read()
        .parquet(
            files.stream()
                .map(file -> new Path(folder.path(), file).toString())
                .toArray(String[]::new));
  }

  /** The id, and which of its prompt's samples the row is. */
  private static Column name(Map<String, String> settings) {
    String id = settings.get("input.id-column");
    Column column = Columns.named("null".equals(id) ? JobSettings.Input.HASH_COLUMN : id);
    return "1".equals(settings.get("input.samples-per-prompt"))
        ? column
        : concat(column, lit(", sample "), col(JobSettings.Input.SAMPLE_COLUMN));
  }

  private ReportData read() {
    Map<String, RunRows> runs = new TreeMap<>();
    Map<String, Long> results = new TreeMap<>();
    Map<String, ErrorRows> errors = new TreeMap<>();
    Map<String, RowTotals> devices = new TreeMap<>();
    for (Row group : groups()) {
      RowTotals totals = RowTotals.of(group);
      runs.merge(
          group.getAs("run"),
          new RunRows(group.getAs("run"), totals, period(group)),
          (a, b) ->
              new RunRows(a.id(), a.totals().plus(b.totals()), a.decoded().with(b.decoded())));
      results.merge(group.getAs("finish_reason"), totals.rows(), Long::sum);
      devices.merge(group.getAs("kind"), totals, RowTotals::plus);
      String code = group.getAs("code");
      if (code != null) {
        errors.merge(
            code, new ErrorRows(code, totals.rows(), examples(group)), ReportReader::together);
      }
    }
    if (runs.isEmpty()) {
      throw empty(folder);
    }
    List<Executor> executors = executors();
    return new ReportData(
        folder.path(),
        manifest,
        List.copyOf(runs.values()),
        results,
        List.copyOf(errors.values()),
        devices,
        speeds(runs.values()),
        distributions(),
        executors.subList(0, Math.min(executors.size(), MOST_EXECUTORS)),
        executors.size() > MOST_EXECUTORS,
        SlowRow.read(rows, name, SLOW_ROWS),
        samples());
  }

  private List<Row> groups() {
    Column example =
        when(
            col("error").isNotNull(),
            struct(name, shortened(col("error.message"), LONGEST_MESSAGE)));
    return sums(
            rows.groupBy(
                col("origin.run_id").as("run"),
                substring_index(col("origin.device"), ":", 1).as("kind"),
                col("finish_reason"),
                col("error.code").as("code")),
            min(example).as("first_example"),
            max(example).as("last_example"))
        .collectAsList();
  }

  /** With {@link RowTotals} and what {@link #period} reads. */
  private static Dataset<Row> sums(RelationalGroupedDataset groups, Column... more) {
    Column decoded = col("timing.decode_ms").gt(0);
    List<Column> columns = new ArrayList<>(List.of(more));
    columns.add(min(when(decoded, decodedFrom())).as("decoded_from"));
    columns.add(max(when(decoded, decodedTo())).as("decoded_to"));
    return RowTotals.over(groups, columns.toArray(Column[]::new));
  }

  /** When a row got its slot, in seconds since 1970. */
  private static Column decodedFrom() {
    return unix_micros(col("timing.started_at"))
        .divide(1e6)
        .plus(col("timing.tokenize_ms").plus(col("timing.queue_ms")).divide(1e3));
  }

  private static Column decodedTo() {
    return decodedFrom().plus(col("timing.decode_ms").divide(1e3));
  }

  private static Period period(Row group) {
    Double from = group.getAs("decoded_from");
    Double to = group.getAs("decoded_to");
    return from == null ? Period.NONE : new Period(from, to);
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

  private List<Executor> executors() {
    return sums(
            rows.groupBy(
                col("origin.run_id").as("run"),
                col("origin.executor").as("executor"),
                col("origin.device").as("device")))
        .orderBy(col("compute_ms").desc(), col("run"), col("executor"), col("device"))
        .limit(MOST_EXECUTORS + 1)
        .collectAsList()
        .stream()
        .map(
            group ->
                new Executor(
                    group.getAs("run"),
                    group.getAs("executor"),
                    group.getAs("device"),
                    RowTotals.of(group),
                    period(group)))
        .toList();
  }

  private List<Speed> speeds(Collection<RunRows> runs) {
    List<RunRows> plotted =
        runs.stream()
            .filter(run -> run.totals().completionTokens() > 0 && run.decoded().seconds() > 0)
            .sorted(Comparator.comparing(RunRows::id))
            .toList();
    return plotted.stream()
        .skip(Math.max(0, plotted.size() - SPEED_RUNS))
        .map(this::speed)
        .toList();
  }

  /** A row's tokens are spread over the time in which it had its slot, since rows end together. */
  private Speed speed(RunRows run) {
    double seconds = run.decoded().seconds();
    int count = Math.max(1, Math.min(SPEED_BUCKETS, (int) seconds));
    Buckets buckets = Buckets.between(0, seconds, count);
    Column from = decodedFrom().minus(run.decoded().from());
    Column to = decodedTo().minus(run.decoded().from());
    Column start = col("bucket").multiply(buckets.width());
    Column overlap =
        least(col("to"), start.plus(buckets.width())).minus(greatest(col("from"), start));
    List<Double> tokens = new ArrayList<>(Collections.nCopies(count, 0.0));
    rows.filter(col("origin.run_id").equalTo(run.id()).and(col("timing.decode_ms").gt(0)))
        .select(
            col("usage.completion_tokens").as("tokens"),
            from.as("from"),
            to.as("to"),
            explode(sequence(buckets.indexOf(from), buckets.indexOf(to))).as("bucket"))
        .groupBy("bucket")
        .agg(sum(col("tokens").multiply(overlap).divide(col("to").minus(col("from")))))
        .collectAsList()
        .forEach(row -> tokens.set(row.getInt(0), row.getDouble(1) / buckets.width()));
    return new Speed(run.id(), buckets, tokens);
  }

  private List<Distribution> distributions() {
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

  private List<Sample> samples() {
    return rows
        .filter(col("completion").isNotNull())
        .select(
            name.as("name"),
            shortened(prompt(), LONGEST_TEXT),
            shortened(col("completion"), LONGEST_TEXT),
            col("finish_reason"),
            col("usage.completion_tokens"))
        .orderBy(xxhash64(col("name")), col("name"))
        .limit(SAMPLES)
        .collectAsList()
        .stream()
        .map(
            row ->
                new Sample(
                    row.getString(0),
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getInt(4)))
        .toList();
  }

  /** The prompt, or what it was made of. */
  private Column prompt() {
    List<String> columns = Arrays.asList(rows.columns());
    String prompt = manifest.fingerprint().settings().get("input.prompt-column");
    if (columns.contains(prompt)) {
      return Columns.named(prompt).cast(DataTypes.StringType);
    }
    return to_json(
        struct(
            columns.stream()
                .filter(column -> !OutputSchema.COLUMNS.contains(column))
                .map(Columns::named)
                .toArray(Column[]::new)));
  }

  private static Column shortened(Column text, int most) {
    return when(length(text).gt(most), concat(substring(text, 1, most), lit("...")))
        .otherwise(coalesce(text, lit("")));
  }
}
