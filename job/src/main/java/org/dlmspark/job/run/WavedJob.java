package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.Console;
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
      return new Work(0, 0, input.count());
    }
    Dataset<Row> committed = output.committed();
    Row counts = committed.agg(count(lit(1)), count(col("error"))).first();
    cells = waveCells.counts(output.missing(input.rows(), committed));
    return new Work(counts.getLong(0), counts.getLong(1), Arrays.stream(cells).sum());
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
   * @return what this run committed
   */
  WaveResult run(String runId, Work work, OutputLock lock, Consumer<WaveResult> progress)
      throws IOException {
    boolean retry = work.retries(settings.output().mode());
    boolean fresh = folder.tableFiles().isEmpty();
    if (!retry && work.missing() == 0 && !fresh) {
      folder.markDone(true);
      return WaveResult.none();
    }
    WaveWriter waves =
        new WaveWriter(settings.job(), job, input, folder, parallelism, journal, runId, progress);
    boolean done = false;
    folder.markDone(false);
    journal.begin(runId);
    try {
      if (retry) {
        new FailedRows(output, input.rows(), settings.job().waveRows(), parallelism, console)
            .retry(waves, journal, lock);
      }
      if (work.missing() > 0 || fresh) {
        doMissing(work, waves, lock);
      }
      done = true;
    } finally {
      journal.end(done, waves.waves(), waves.total());
    }
    folder.markDone(true);
    return waves.total();
  }

  private void doMissing(Work work, WaveWriter waves, OutputLock lock) throws IOException {
    Dataset<Row> committed = folder.tableFiles().isEmpty() ? null : output.committed();
    if (cells == null) {
      // Where one wave takes all rows, it does not matter in which cells they are.
      cells =
          WaveCutter.isOneWave(work.missing(), settings.job().waveRows(), parallelism)
              ? new long[] {work.missing()}
              : waveCells.counts(input.rows());
    }
    WaveCutter cutter = new WaveCutter(cells, settings.job().waveRows(), parallelism);
    ErrorLimit errors = new ErrorLimit(settings.job().maxErrorShare());
    long before = waves.total().rows();
    while (cutter.hasNext()) {
      lock.check();
      WaveCutter.Wave wave = cutter.next();
      Dataset<Row> rows = input.rows().filter(waveCells.in(wave));
      if (committed != null) {
        rows = output.missing(rows, committed.filter(waveCells.in(wave)));
      }
      WaveResult result = waves.write(rows, null, wave.rows());
      waves.commit(result);
      // The last wave speaks through the summary.
      if (cutter.hasNext() || waves.waves() > 1) {
        report(waves.waves(), result, waves.total().rows() - before, work.missing());
      }
      errors.check(waves.total());
      cutter.took(result.rows(), result.time());
    }
  }

  private void report(int wave, WaveResult result, long done, long missing) {
    double seconds = Math.max(1e-3, result.time().toMillis() / 1000.0);
    console.say(
        String.format(
            Locale.ROOT,
            "Wave %d: %,d rows in %s, %,.1f tokens a second%s; %,d of %,d rows are committed",
            wave,
            result.rows(),
            Console.time(result.time()),
            result.completionTokens() / seconds,
            result.failed() == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d with an error", result.failed()),
            done,
            missing));
  }
}
