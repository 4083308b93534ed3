package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.Version;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.prompt.Columns;

/**
 * Does what is missing in an output, wave after wave. Each wave is a Spark job of its own, which
 * adds files to the output by renaming them: a file that is there is committed, and its rows are
 * never computed again. What is missing is found by the names of the rows, so that it does not
 * matter how an earlier run ended.
 */
public final class WavedJob {

  /** A share of errors says nothing before so many rows. */
  private static final long LEAST_ROWS_TO_STOP = 200;

  /** Rows of a task, where failed rows are done anew. */
  private static final long RETRY_ROWS_A_TASK = 2048;

  private static final String FILE = "dlm_spark_file";

  private final SparkSession spark;
  private final JobSettings settings;
  private final GenerateJob job;
  private final CheckedInput input;
  private final OutputFolder folder;
  private final Console console;
  private final StructType schema;
  private final int parallelism;

  private Manifest manifest;
  private Consumer<WaveResult> progress = all -> {};

  /** The missing rows by cell; null until somebody has counted them. */
  private long[] cells;

  private int waves;
  private WaveResult total = WaveResult.none();

  /**
   * What there is, and what there is to do.
   *
   * @param done rows in the output
   * @param failed those of them with an error
   * @param missing rows of the input that are not in the output
   */
  public record Work(long done, long failed, long missing) {

    /** Rows that a run in this mode has to do. */
    public long toDo(OutputMode mode) {
      return mode == OutputMode.RETRY_FAILED ? missing + failed : missing;
    }
  }

  /**
   * Looks at an output that may exist.
   *
   * @param spark the session
   * @param settings the run's settings
   * @param job makes the rows
   * @param input the checked input
   * @param folder the output
   * @param fingerprint what the output's rows have to have in common
   * @param console where waves are reported
   * @throws RefusedException if the output is another job's, or was begun with other settings
   */
  public WavedJob(
      SparkSession spark,
      JobSettings settings,
      GenerateJob job,
      CheckedInput input,
      OutputFolder folder,
      Fingerprint fingerprint,
      Console console)
      throws IOException {
    this.spark = spark;
    this.settings = settings;
    this.job = job;
    this.input = input;
    this.folder = folder;
    this.console = console;
    schema = OutputSchema.of(input.rows().schema());
    parallelism = spark.sparkContext().defaultParallelism();
    manifest = manifest(fingerprint);
  }

  private Manifest manifest(Fingerprint fingerprint) throws IOException {
    if (settings.output().mode() == OutputMode.OVERWRITE) {
      return Manifest.of(fingerprint);
    }
    Manifest there = Manifest.read(folder);
    if (there == null) {
      if (!folder.tableFiles().isEmpty()) {
        throw new RefusedException(
            "output.path = "
                + folder.path()
                + " holds rows, and nothing says how they came about: choose another folder, or"
                + " replace it with --set output.mode=overwrite");
      }
      return Manifest.of(fingerprint);
    }
    List<String> differences = there.fingerprint().differences(fingerprint);
    if (!differences.isEmpty() && folder.tableFiles().isEmpty()) {
      return Manifest.of(fingerprint); // no row binds it to how it was begun
    }
    if (!differences.isEmpty()) {
      throw new RefusedException(
          "output.path = "
              + folder.path()
              + " was begun in another way: "
              + String.join("; ", differences)
              + ": set that back to continue, choose another output.path, or replace the output"
              + " with --set output.mode=overwrite");
    }
    return there;
  }

  /**
   * Clears away what a killed run left, so that the output holds what was committed and nothing
   * else. To be called before {@link #work} by whoever holds the output's lock.
   */
  public void settle() throws IOException {
    if (settings.output().mode() == OutputMode.OVERWRITE) {
      folder.removeTable();
      folder.remove(OutputFolder.REPORT);
    }
    folder.removeLeftovers();
    Manifest.Replacement replacement = manifest.replacement();
    if (replacement == null) {
      return;
    }
    folder.removeTableFiles(replacement.superseded(folder.tableFiles()));
    note(manifest.with((Manifest.Replacement) null));
  }

  /**
   * Counts what there is and what is missing.
   *
   * @return the counts
   */
  public Work work() throws IOException {
    if (settings.output().mode() == OutputMode.OVERWRITE || folder.tableFiles().isEmpty()) {
      return new Work(0, 0, input.count());
    }
    Row counts = committed().agg(count(lit(1)), count(col("error"))).first();
    cells = cells(missing(committed()));
    return new Work(counts.getLong(0), counts.getLong(1), Arrays.stream(cells).sum());
  }

  /**
   * How missing rows will be cut into waves.
   *
   * @param work what there is to do
   * @return text for a plan
   */
  public String waves(Work work) {
    return WaveCutter.outlook(work.missing(), settings.job().waveRows(), parallelism);
  }

  /**
   * Does the work. Whatever ends it early, what is committed stays.
   *
   * @param runId the run's name
   * @param work what there is to do, of {@link #work}
   * @param lock looked at between waves
   * @param progress told of what is committed
   * @return what this run committed
   */
  public WaveResult run(String runId, Work work, OutputLock lock, Consumer<WaveResult> progress)
      throws IOException {
    this.progress = progress;
    boolean retry = settings.output().mode() == OutputMode.RETRY_FAILED && work.failed() > 0;
    boolean fresh = folder.tableFiles().isEmpty();
    if (!retry && work.missing() == 0 && !fresh) {
      folder.markDone(true);
      return total;
    }
    String started = now();
    boolean done = false;
    folder.markDone(false);
    note(manifest.with(run(runId, started, "running")));
    try {
      if (retry) {
        retryFailed(runId, started, lock);
      }
      if (work.missing() > 0 || fresh) {
        doMissing(runId, started, work, lock);
      }
      done = true;
    } finally {
      if (done || !folder.tableFiles().isEmpty()) {
        String unfinished = Interruption.happened() ? "interrupted" : "failed";
        note(manifest.with(run(runId, started, done ? "done" : unfinished)));
      } else {
        folder.remove(Manifest.FILE); // nothing came of it
      }
    }
    folder.markDone(true);
    return total;
  }

  private void doMissing(String runId, String started, Work work, OutputLock lock)
      throws IOException {
    Dataset<Row> committed = folder.tableFiles().isEmpty() ? null : committed();
    if (cells == null) {
      // Where one wave takes all rows, it does not matter in which cells they are.
      cells =
          WaveCutter.isOneWave(work.missing(), settings.job().waveRows(), parallelism)
              ? new long[] {work.missing()}
              : cells(input.rows());
    }
    WaveCutter cutter = new WaveCutter(cells, settings.job().waveRows(), parallelism);
    long before = total.rows();
    while (cutter.hasNext()) {
      lock.check();
      WaveCutter.Wave wave = cutter.next();
      Dataset<Row> rows = input.rows().filter(in(wave));
      if (committed != null) {
        rows = missing(rows, committed.filter(in(wave)));
      }
      WaveResult result = write(rows, null, wave.rows(), runId);
      commit(runId, started, result);
      report(result, total.rows() - before, work.missing(), cutter.hasNext());
      checkErrors();
      cutter.took(result.rows(), result.time());
    }
  }

  /**
   * Does anew what has an error, a few files at a time: the files' good rows move to new files
   * together with the new ones, and the old files go. The manifest says in between which of the two
   * a killed run's successor has to remove.
   */
  private void retryFailed(String runId, String started, OutputLock lock) throws IOException {
    for (List<String> old : filesWithErrors()) {
      lock.check();
      Dataset<Row> there =
          spark
              .read()
              .schema(schema)
              .parquet(
                  old.stream()
                      .map(name -> new Path(folder.path(), name).toString())
                      .toArray(String[]::new));
      Dataset<Row> failed = there.filter(col("error").isNotNull());
      Dataset<Row> kept =
          there.filter(col("error").isNull()).unionByName(missing(failed, input.rows()));
      Dataset<Row> again = joined(input.rows(), failed, "left_semi");
      note(manifest.with(new Manifest.Replacement(old, folder.tableFiles(), false)));
      WaveResult result = write(again, kept, again.count(), runId);
      note(manifest.with(new Manifest.Replacement(old, List.of(), true)));
      folder.removeTableFiles(old);
      note(manifest.with((Manifest.Replacement) null));
      commit(runId, started, result);
      console.say(
          String.format(
              Locale.ROOT,
              "Failed rows: %,d done anew in %s, %,d of them failed again",
              result.rows(),
              Console.time(result.time()),
              result.failed()));
    }
  }

  /** Files in groups of so many rows as a wave may have, or of one file. */
  private List<List<String>> filesWithErrors() {
    List<Row> files =
        committed()
            .withColumn(FILE, col("_metadata.file_name"))
            .groupBy(FILE)
            .agg(count(lit(1)).as("rows"), count(col("error")).as("failed"))
            .filter(col("failed").gt(0))
            .orderBy(FILE)
            .collectAsList();
    long most =
        settings.job().waveRows() > 0 ? settings.job().waveRows() : RETRY_ROWS_A_TASK * parallelism;
    List<List<String>> groups = new ArrayList<>();
    long rows = 0;
    for (Row file : files) {
      if (groups.isEmpty() || rows + file.getLong(1) > most) {
        groups.add(new ArrayList<>());
        rows = 0;
      }
      groups.get(groups.size() - 1).add(file.getString(0));
      rows += file.getLong(1);
    }
    return groups;
  }

  private WaveResult write(Dataset<Row> rows, Dataset<Row> kept, long expected, String runId) {
    int partitions =
        settings.job().partitions() > 0
            ? settings.job().partitions()
            : JobPlan.choosePartitions(expected, parallelism);
    CheckedInput wave = new CheckedInput(rows, input.prompt(), input.rowKeys(), expected);
    Observation observation = new Observation();
    Dataset<Row> generated =
        WaveResult.counted(job.generated(wave, partitions, runId, waves), observation);
    long start = System.nanoTime();
    (kept == null ? generated : generated.unionByName(kept))
        .write()
        .mode(SaveMode.Append)
        // Set once all waves are done: others may wait for it.
        .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        .parquet(folder.path());
    waves++;
    return WaveResult.of(observation, Duration.ofNanos(System.nanoTime() - start));
  }

  private void commit(String runId, String started, WaveResult result) throws IOException {
    total = total.plus(result);
    progress.accept(total);
    note(manifest.with(run(runId, started, "running")));
  }

  private void note(Manifest next) throws IOException {
    next.write(folder);
    manifest = next;
  }

  private Manifest.Run run(String runId, String started, String state) {
    return new Manifest.Run(
        runId,
        Version.current(),
        started,
        now(),
        state,
        waves,
        total.rows(),
        total.errors(),
        total.completionTokens(),
        total.positionsComputed(),
        total.computeMs(),
        settings.decoder().maxSequences(),
        setup());
  }

  private Map<String, String> setup() {
    return Map.of(
        "input.path", settings.input().path(),
        "input.format", settings.input().format(),
        "model.path", settings.decoder().modelPath(),
        "model.device", settings.decoder().device(),
        "batch.max-sequences", String.valueOf(settings.decoder().maxSequences()),
        "batch.max-tokens", String.valueOf(settings.decoder().maxTokens()),
        "spark.master", spark.sparkContext().master(),
        "Spark", spark.version(),
        "Java", System.getProperty("java.version"));
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /** The last wave speaks through the summary. */
  private void report(WaveResult result, long done, long missing, boolean more) {
    if (!more && waves == 1) {
      return;
    }
    double seconds = Math.max(1e-3, result.time().toMillis() / 1000.0);
    console.say(
        String.format(
            Locale.ROOT,
            "Wave %d: %,d rows in %s, %,.1f tokens a second%s; %,d of %,d rows are committed",
            waves,
            result.rows(),
            Console.time(result.time()),
            result.completionTokens() / seconds,
            result.failed() == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d with an error", result.failed()),
            done,
            missing));
  }

  private void checkErrors() {
    double most = settings.job().maxErrorShare();
    if (total.rows() < LEAST_ROWS_TO_STOP || total.failed() <= most * total.rows()) {
      return;
    }
    Map.Entry<String, Long> worst =
        total.errors().entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    throw new IllegalStateException(
        String.format(
            Locale.ROOT,
            "stopped, since %,d of this run's %,d rows have an error, more than job.max-error-share"
                + " = %s: %,d %s, such as: %s; what is committed stays: mend what is wrong and start"
                + " again with --set output.mode=retry-failed, or raise job.max-error-share",
            total.failed(),
            total.rows(),
            most,
            worst.getValue(),
            worst.getKey(),
            total.errorExample()));
  }

  /** All rows that are in the output now; files that come later are not among them. */
  private Dataset<Row> committed() {
    return spark.read().schema(schema).parquet(folder.path());
  }

  private Dataset<Row> missing(Dataset<Row> committed) {
    return missing(input.rows(), committed);
  }

  private Dataset<Row> missing(Dataset<Row> rows, Dataset<Row> others) {
    return joined(rows, others, "left_anti");
  }

  /** Rows that have, or have not, their like among others: an id, and with samples its number. */
  private Dataset<Row> joined(Dataset<Row> rows, Dataset<Row> others, String how) {
    List<Column> names = new ArrayList<>();
    Column same = lit(true);
    for (String name : input.nameColumns()) {
      String other = "dlm_spark_" + names.size();
      names.add(Columns.named(name).as(other));
      same = same.and(Columns.named(name).equalTo(col(other)));
    }
    return rows.join(others.select(names.toArray(Column[]::new)), same, how);
  }

  private Column in(WaveCutter.Wave wave) {
    return cell().geq(wave.from()).and(cell().lt(wave.to()));
  }

  private Column cell() {
    return pmod(xxhash64(input.place()), lit(WaveCutter.CELLS));
  }

  /** How many rows are in each cell. */
  private long[] cells(Dataset<Row> rows) {
    long[] counts = new long[WaveCutter.CELLS];
    rows.groupBy(cell())
        .count()
        .collectAsList()
        .forEach(cell -> counts[(int) cell.getLong(0)] = cell.getLong(1));
    return counts;
  }
}
