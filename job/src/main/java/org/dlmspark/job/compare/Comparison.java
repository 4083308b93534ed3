package org.dlmspark.job.compare;

import static org.apache.spark.sql.functions.xxhash64;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.output.OutputCheck;
import org.dlmspark.job.run.GenerateJob;
import org.dlmspark.job.run.JobPlan;
import org.dlmspark.job.run.RowGenerator;
import org.dlmspark.job.run.RunId;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputFormat;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.service.DecoderSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the same rows through every setting of a grid, one after the other, and compares what they
 * wrote with what the baseline wrote. In the output folder: the table, as {@code compare.md} and
 * {@code compare.parquet}, and the rows of each setting under {@code rows/setting=NAME}, which
 * Spark reads as one table with a column {@code setting}.
 */
public final class Comparison {

  /** Tells the files of a comparison by their names. */
  public static final Predicate<String> WRITTEN =
      Set.of("compare.md", "compare.parquet", "rows")::contains;

  /** The column that Spark makes of the folders' names. */
  private static final String SETTING_COLUMN = "setting";

  /** Enough for every kernel to have run; a task is worth its start with little more. */
  private static final int WARM_UP_ROWS = 4;

  private static final Logger log = LoggerFactory.getLogger(Comparison.class);

  private final SparkSession spark;
  private final JobSettings settings;
  private final CompareGrid grid;
  private final DecoderSettings decoder;
  private final RowGenerator generator;
  private final Console console;

  /**
   * Creates a comparison.
   *
   * @param spark the session
   * @param settings the run's settings
   * @param grid the settings to compare, known to fit the model
   * @param decoder the decoder to use, its model path as the executors can find it
   * @param generator makes the function that decodes
   * @param console where each setting is reported when it is done
   */
  public Comparison(
      SparkSession spark,
      JobSettings settings,
      CompareGrid grid,
      DecoderSettings decoder,
      RowGenerator generator,
      Console console) {
    this.spark = spark;
    this.settings = settings;
    this.grid = grid;
    this.decoder = decoder;
    this.generator = generator;
    this.console = console;
  }

  /**
   * The rows that all settings get: the first by a hash of their names, so that they are the same
   * however the input is cut into files, and a mixture where it is sorted. A column that would set
   * row by row what the grid varies is not heeded, and identical rows are all decoded, since a
   * setting's speed is that of its decoding.
   *
   * @param input the checked input
   * @param limit the most rows; 0 for all
   * @return the rows, kept by Spark once they are read
   * @throws RefusedException if there are none, or a column is in the way
   */
  public CheckedInput choose(CheckedInput input, int limit) {
    if (input.count() == 0) {
      throw new RefusedException(
          "input.path = " + settings.input().path() + " has no rows: there is nothing to compare");
    }
    if (Stream.of(input.rows().columns()).anyMatch(SETTING_COLUMN::equalsIgnoreCase)) {
      throw new RefusedException(
          "the input has a column "
              + SETTING_COLUMN
              + ", by which the rows of a comparison are told apart: rename it in the input");
    }
    List<GenerationKey> rowKeys =
        input.rowKeys().stream().filter(key -> !grid.keys().contains(key)).toList();
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
    return new CheckedInput(rows, input.prompt().withoutDedupe(), rowKeys, count);
  }

  /**
   * Compares.
   *
   * @param rows the rows, as {@link #choose} gave them
   * @param plan the plan for them
   * @param head what the comparison is of, for the written table
   */
  public void run(CheckedInput rows, JobPlan plan, List<Line> head) {
    String runId = RunId.next();
    deleteOutput();
    ComparisonTable table =
        new ComparisonTable(
            grid.entries().stream().mapToInt(entry -> entry.name().length()).max().orElseThrow(),
            settings.check().answerColumn() != null);
    long start = System.nanoTime();
    List<ComparedSetting> done = new ArrayList<>();
    boolean finished = false;
    try {
      warmUp(rows, plan.partitions(), runId);
      console.say(table.header());
      for (CompareGrid.Entry entry : grid.entries()) {
        done.add(compared(entry, rows, plan.partitions(), runId));
        console.say(table.line(done.get(done.size() - 1), done.get(0)));
      }
      finished = true;
    } finally {
      if (!finished) {
        cleanUp(done.size());
      }
    }
    List<Line> all = new ArrayList<>(head);
    all.add(decodedOn(done));
    write(table, done, all);
    report(table, done, Duration.ofNanos(System.nanoTime() - start));
  }

  /**
   * Decodes a few rows for nothing: the first steps of a process take longer, since the model is
   * being loaded, its memory touched for the first time and its code compiled, and all that would
   * be counted against the baseline.
   */
  private void warmUp(CheckedInput rows, int partitions, String runId) {
    CheckedInput few =
        new CheckedInput(
            rows.rows().limit(WARM_UP_ROWS * partitions),
            rows.prompt(),
            rows.rowKeys(),
            Math.min(rows.count(), (long) WARM_UP_ROWS * partitions));
    job(grid.baseline())
        .generated(few, partitions, runId, 0)
        .write()
        .format("noop")
        .mode("overwrite")
        .save();
  }

  private ComparedSetting compared(
      CompareGrid.Entry entry, CheckedInput rows, int partitions, String runId) {
    job(entry).generated(rows, partitions, runId, 0).write().parquet(folder(entry));
    StructType schema = rows.rows().schema();
    ComparedSetting compared =
        ComparedSetting.read(
            entry,
            written(entry, schema),
            written(grid.baseline(), schema),
            rows.nameColumns(),
            settings.check());
    if (compared.totals().rows() != rows.count()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "setting \"%s\" has %,d rows where input.path = %s gave %,d: the input changed"
                  + " meanwhile, or its reader drops rows (input.options)",
              entry.name(),
              compared.totals().rows(),
              settings.input().path(),
              rows.count()));
    }
    return compared;
  }

  private GenerateJob job(CompareGrid.Entry entry) {
    return new GenerateJob(
        new JobSettings(
            settings.input(),
            new JobSettings.Output(
                folder(entry), OutputMode.ERROR_IF_EXISTS, OutputFormat.PARQUET, null, false),
            settings.decoder(),
            entry.generation(),
            settings.job(),
            settings.check()),
        decoder,
        generator);
  }

  private String output(String name) {
    return new Path(settings.output().path(), name).toString();
  }

  private String folder(CompareGrid.Entry entry) {
    return output("rows/" + SETTING_COLUMN + "=" + entry.name());
  }

  private Dataset<Row> written(CompareGrid.Entry entry, StructType input) {
    return spark.read().schema(OutputSchema.of(input)).parquet(folder(entry));
  }

  private void write(ComparisonTable table, List<ComparedSetting> done, List<Line> head) {
    spark
        .createDataFrame(ComparisonTable.rows(done), ComparisonTable.SCHEMA)
        .coalesce(1)
        .write()
        .parquet(output("compare.parquet"));
    Path file = new Path(output("compare.md"));
    try (OutputStream stream = fileSystem().create(file, true)) {
      stream.write(
          ComparisonReport.markdown(table, grid, done, head).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static Line decodedOn(List<ComparedSetting> done) {
    Set<String> executors = new TreeSet<>();
    Set<String> devices = new TreeSet<>();
    for (ComparedSetting setting : done) {
      executors.addAll(setting.origin().executors());
      devices.addAll(setting.origin().devices());
    }
    return Line.of(
        "decoded on",
        "%s, by %,d %s",
        String.join(", ", devices),
        executors.size(),
        executors.size() == 1 ? "executor" : "executors");
  }

  private void report(ComparisonTable table, List<ComparedSetting> done, Duration wall) {
    console.block("Where", table.legend(grid.baseline().name()));
    List<Line> lines = new ArrayList<>();
    done.stream()
        .filter(setting -> setting.totals().errors() > 0)
        .findFirst()
        .ifPresent(
            setting ->
                lines.add(
                    Line.of(
                        "errors",
                        "in %s, such as %s",
                        setting.name(),
                        setting.totals().errorExample())));
    lines.add(new Line("table", output("compare.md") + " and " + output("compare.parquet")));
    lines.add(new Line("rows", output("rows")));
    console.block(String.format(Locale.ROOT, "Done in %,.1f s", wall.toMillis() / 1000.0), lines);
  }

  /** What may be replaced was looked at by {@link OutputCheck}. */
  private void deleteOutput() {
    if (settings.output().mode() == OutputMode.OVERWRITE) {
      delete();
    }
  }

  private void delete() {
    Path path = new Path(settings.output().path());
    try {
      var unused = fileSystem().delete(path, true);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "output.path = " + path + " cannot be emptied: " + e.getMessage(), e);
    }
  }

  /** What is done may have taken hours, so it stays; a folder without anything is in the way. */
  private void cleanUp(int done) {
    if (done > 0) {
      console.error(
          "the rows of the settings that are done stay in "
              + output("rows")
              + "; to begin anew, choose another output or set output.mode=overwrite");
      return;
    }
    try {
      delete();
    } catch (UncheckedIOException e) {
      log.warn("{} has no rows and could not be removed", settings.output().path(), e);
    }
  }

  private FileSystem fileSystem() {
    try {
      return new Path(settings.output().path())
          .getFileSystem(spark.sparkContext().hadoopConfiguration());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "output.path = " + settings.output().path() + " cannot be reached: " + e.getMessage(), e);
    }
  }
}
