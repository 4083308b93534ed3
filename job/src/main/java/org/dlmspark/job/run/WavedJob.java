package org.dlmspark.job.run;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.Console;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.OutputMode;

/**
 * Does what is missing in an output, wave after wave. Each wave is a Spark job of its own, which
 * adds files to the output by renaming them: a file that is there is committed, and its rows are
 * never computed again. What is missing is found by the names of the rows, so that it does not
 * matter how an earlier run ended.
 */
final class WavedJob {

  private final JobSettings settings;
  private final GenerateJob job;
  private final CheckedInput input;
  private final OutputFolder folder;
  private final RunJournal journal;
  private final Console console;
  private final OutputRows output;
  private final WaveCells waveCells;
  private final int parallelism;

  /** The missing rows by cell; null until somebody has counted them. */
  private long[] cells;

  /**
   * Begins with nothing.
   *
   * @param settings the run's settings
   * @param job makes the rows
   * @param input the checked input
   * @param folder the output
   * @param output its rows
   * @param journal its manifest
   * @param parallelism tasks that Spark runs at the same time
   * @param console where waves are reported
   */
  WavedJob(
      JobSettings settings,
      GenerateJob job,
      CheckedInput input,
      OutputFolder folder,
      OutputRows output,
      RunJournal journal,
      int parallelism,
      Console console) {
    this.settings = settings;
    this.job = job;
    this.input = input;
    this.folder = folder;
    this.output = output;
    this.journal = journal;
    this.parallelism = parallelism;
    this.console = console;
    waveCells = new WaveCells(input);
  }

  /**
   * Counts what there is and what is missing. The output must hold what was committed and nothing
   * else, as {@link RunJournal#settle} leaves it.
   *
   * @return the counts
   */
  Work work() throws IOException {
    if (settings.output().mode() == OutputMode.OVERWRITE || folder.tableFiles().isEmpty()) {
      return Work.of(input.count());
    }
    List<Row> counts = output.compared(waveCells.cell()).collectAsList();
    requireNoneDoubled(counts);
    requireCount(sum(counts, "input"), input.count());
    cells = WaveCells.of(counts, "missing");
    return new Work(
        sum(counts, "done"),
        sum(counts, "failed"),
        sum(counts, "gone"),
        sum(counts, "unhashed"),
        sum(counts, "changed"),
        example(counts, "example"),
        sum(counts, "anew"),
        sum(counts, "missing"));
  }

  private void requireNoneDoubled(List<Row> counts) {
    long doubled = sum(counts, "doubled");
    if (doubled > 0) {
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "output.path = %s has several rows of %,d %s, such as %s, as an earlier version could"
                  + " write them: choose another folder, or replace it with --set"
                  + " output.mode=overwrite",
              folder.path(),
              doubled,
              doubled == 1 ? "id" : "ids",
              example(counts, "doubled_example")));
    }
  }

  private static String example(List<Row> counts, String column) {
    return counts.stream()
        .map(row -> row.<String>getAs(column))
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private static long sum(List<Row> counts, String column) {
    return counts.stream().mapToLong(row -> row.<Long>getAs(column)).sum();
  }

  private void requireCount(long rows, long before) {
    if (rows != before) {
      throw new InputChangedException(
          settings.input().path(),
          String.format(
              Locale.ROOT, "at first it had %,d rows, at the next look %,d", before, rows));
    }
  }

  /**
   * The rows that there are to do.
   *
   * @param work what there is to do, of {@link #work}
   * @return rows of the input
   */
  Dataset<Row> toDo(Work work) {
    if (work.done() == 0) {
      return input.rows();
    }
    return output.missing(input.rows(), output.toKeep(output.committed()));
  }

  /**
   * How missing rows will be cut into waves.
   *
   * @param work what there is to do
   * @return text for a plan
   */
  String waves(Work work) {
    return WaveCutter.outlook(work.missing(), settings.job().waveRows(), parallelism);
  }

  /**
   * Does the work. Whatever ends it early, what is committed stays.
   *
   * @param runId the run's name
   * @param work what there is to do, of {@link #work}
   * @param lock looked at between waves
   * @param progress told of what is committed
   */
  void run(String runId, Work work, OutputLock lock, Consumer<WaveResult> progress)
      throws IOException {
    boolean fresh = folder.tableFiles().isEmpty();
    if (work.toDo() == 0 && !fresh) {
      folder.markDone(true);
      return;
    }
    WaveWriter waves =
        new WaveWriter(settings, job, input, folder, parallelism, journal, runId, progress);
    boolean done = false;
    folder.markDone(false);
    journal.begin(runId);
    try {
      if (work.anew() > 0) {
        new RowsAnew(output, settings.job().waveRows(), parallelism, console)
            .write(waves, journal, lock);
      }
      if (work.missing() > 0 || fresh) {
        doMissing(work, waves, lock);
      }
      requireAllDone(work, waves.total());
      done = true;
    } finally {
      journal.end(done, waves.waves(), waves.total());
    }
    folder.markDone(true);
  }

  private void requireAllDone(Work work, WaveResult total) {
    if (total.rows() != work.toDo()) {
      throw new InputChangedException(
          settings.input().path(),
          String.format(
              Locale.ROOT, "%,d rows were to do, and %,d are done", work.toDo(), total.rows()));
    }
  }

  private void doMissing(Work work, WaveWriter waves, OutputLock lock) throws IOException {
    Dataset<Row> committed = folder.tableFiles().isEmpty() ? null : output.committed();
    if (cells == null) {
      // Where one wave takes all rows, it does not matter in which cells they are.
      cells =
          WaveCutter.isOneWave(work.missing(), settings.job().waveRows(), parallelism)
              ? new long[] {work.missing()}
              : waveCells.counts(input.rows());
      requireCount(Arrays.stream(cells).sum(), work.missing());
    }
    WaveCutter cutter = new WaveCutter(cells, settings.job().waveRows(), parallelism);
    ErrorLimit errors = new ErrorLimit(settings.job().maxErrorShare());
    while (cutter.hasNext()) {
      lock.check();
      WaveCutter.Wave wave = cutter.next();
      Dataset<Row> rows = input.rows().filter(waveCells.in(wave));
      if (committed != null) {
        rows = output.missing(rows, committed.filter(waveCells.maybeIn(wave)));
      }
      WaveResult result = waves.write(rows, null, wave.rows());
      waves.commit(result);
      // The last wave speaks through the summary.
      if (cutter.hasNext() || waves.waves() > 1) {
        report(waves.waves(), result, waves.total().rows(), work.toDo());
      }
      errors.check(waves.total());
      cutter.took(result.rows(), result.time());
    }
  }

  private void report(int wave, WaveResult result, long done, long toDo) {
    double seconds = Math.max(1e-3, result.time().toMillis() / 1000.0);
    console.say(
        String.format(
            Locale.ROOT,
            "Wave %d: %,d rows in %s, %,.1f tokens a second%s; of this run's %,d rows %,d are committed",
            wave,
            result.rows(),
            Console.time(result.time()),
            result.completionTokens() / seconds,
            result.failed() == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d with an error", result.failed()),
            toDo,
            done));
  }
}
