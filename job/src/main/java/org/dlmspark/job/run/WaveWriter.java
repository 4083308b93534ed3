package org.dlmspark.job.run;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.dlmspark.job.input.CheckedInput;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.settings.JobSettings;

/** Writes the waves of a run, one after the other, and keeps count of what they committed. */
final class WaveWriter {

  private final JobSettings settings;
  private final GenerateJob job;
  private final CheckedInput input;
  private final OutputFolder folder;
  private final int parallelism;
  private final RunJournal journal;
  private final String runId;
  private final Consumer<WaveResult> progress;

  private int waves;
  private WaveResult total = WaveResult.none();

  /**
   * Begins with no wave.
   *
   * @param settings the run's settings
   * @param job makes the rows
   * @param input the checked input
   * @param folder the output
   * @param parallelism tasks that Spark runs at the same time
   * @param journal where it is noted what is committed
   * @param runId the run's name
   * @param progress told of what is committed
   */
  WaveWriter(
      JobSettings settings,
      GenerateJob job,
      CheckedInput input,
      OutputFolder folder,
      int parallelism,
      RunJournal journal,
      String runId,
      Consumer<WaveResult> progress) {
    this.settings = settings;
    this.job = job;
    this.input = input;
    this.folder = folder;
    this.parallelism = parallelism;
    this.journal = journal;
    this.runId = runId;
    this.progress = progress;
  }

  /** Waves written so far. */
  int waves() {
    return waves;
  }

  /** What is committed so far. */
  WaveResult total() {
    return total;
  }

  /**
   * Does a wave: when this returns, its files are there, with as many rows as there were to do. A
   * wave of other rows leaves no file.
   *
   * @param rows the rows to do
   * @param kept rows of the output to write beside them as they are; null for none
   * @param expected how many rows there are to do
   * @return what was done
   * @throws InputChangedException if it were more rows, or fewer
   */
  WaveResult write(Dataset<Row> rows, Dataset<Row> kept, long expected) throws IOException {
    CheckedInput todo = input.with(rows, expected);
    int partitions = JobPlan.partitions(settings.job(), expected, parallelism);
    Observation observation = new Observation();
    Dataset<Row> generated =
        WaveResult.counted(job.generated(todo, partitions, runId, waves), observation);
    long start = System.nanoTime();
    String wave = "wave-" + waves;
    (kept == null ? generated : generated.unionByName(kept))
        .write()
        .parquet(folder.uncommitted(wave));
    WaveResult result = WaveResult.of(observation, Duration.ofNanos(System.nanoTime() - start));
    if (result.rows() != expected) {
      throw new InputChangedException(
          settings.input().path(),
          String.format(
              Locale.ROOT,
              "a wave had %,d rows to do, and %,d were read for it; it is not kept, what was"
                  + " committed before stays",
              expected,
              result.rows()));
    }
    folder.commitFiles(wave);
    waves++;
    return result;
  }

  /** Counts and notes a wave that was written. */
  void commit(WaveResult result) throws IOException {
    total = total.plus(result);
    progress.accept(total);
    journal.committed(waves, total);
  }
}
