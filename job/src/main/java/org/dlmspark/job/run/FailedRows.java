package org.dlmspark.job.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.job.Console;
import org.dlmspark.job.output.OutputLock;

/**
 * Does anew what has an error, a few files at a time: the files' good rows move to new files
 * together with the new ones, and the old files go.
 */
final class FailedRows {

  private static final String FILE = "dlm_spark_file";

  private final OutputRows output;
  private final Dataset<Row> input;
  private final long mostRows;
  private final Console console;

  /**
   * Looks at an output.
   *
   * @param output its rows
   * @param input the input's rows
   * @param waveRows {@code job.wave-rows}, 0 to choose
   * @param parallelism tasks that Spark runs at the same time
   * @param console where it is said what was done
   */
  FailedRows(
      OutputRows output, Dataset<Row> input, int waveRows, int parallelism, Console console) {
    this.output = output;
    this.input = input;
    mostRows = waveRows > 0 ? waveRows : JobPlan.MOST_ROWS * parallelism;
    this.console = console;
  }

  /**
   * Does the work; what was done before anything ends it stays.
   *
   * @param waves writes it, each group of files as a wave
   * @param journal where it is noted which files are being replaced
   * @param lock looked at between waves
   */
  void retry(WaveWriter waves, RunJournal journal, OutputLock lock) throws IOException {
    for (List<String> old : filesWithErrors()) {
      lock.check();
      Dataset<Row> there = output.committed(old);
      Dataset<Row> failed = there.filter(col("error").isNotNull());
      Dataset<Row> kept =
          there.filter(col("error").isNull()).unionByName(output.missing(failed, input));
      Dataset<Row> again = output.among(input, failed);
      WaveResult result = journal.replacing(old, () -> waves.write(again, kept, again.count()));
      waves.commit(result);
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
        output
            .committed()
            .withColumn(FILE, col("_metadata.file_name"))
            .groupBy(FILE)
            .agg(count(lit(1)).as("rows"), count(col("error")).as("failed"))
            .filter(col("failed").gt(0))
            .orderBy(FILE)
            .collectAsList();
    List<List<String>> groups = new ArrayList<>();
    long rows = 0;
    for (Row file : files) {
      if (groups.isEmpty() || rows + file.getLong(1) > mostRows) {
        groups.add(new ArrayList<>());
        rows = 0;
      }
      groups.get(groups.size() - 1).add(file.getString(0));
      rows += file.getLong(1);
    }
    return groups;
  }
}
