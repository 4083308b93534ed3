package org.dlmspark.job.run;

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
 * Does rows of the output anew, those with an error or those that have changed, a few files at a
 * time: the files' other rows move to new files together with the new ones, and the old files go.
 */
final class RowsAnew {

  private final OutputRows output;
  private final long mostRows;
  private final Console console;

  /**
   * Looks at an output.
   *
   * @param output its rows
   * @param waveRows {@code job.wave-rows}, 0 to choose
   * @param parallelism tasks that Spark runs at the same time
   * @param console where it is said what was done
   */
  RowsAnew(OutputRows output, int waveRows, int parallelism, Console console) {
    this.output = output;
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
  void write(WaveWriter waves, RunJournal journal, OutputLock lock) throws IOException {
    List<List<String>> groups = files();
    output.requireOwn(groups.stream().flatMap(List::stream).toList());
    for (List<String> old : groups) {
      lock.check();
      Dataset<Row> there = output.committed(old);
      Dataset<Row> kept = output.toKeep(there);
      Dataset<Row> again = output.among(output.toDoAnew(there));
      WaveResult result = journal.replacing(old, () -> waves.write(again, kept, again.count()));
      waves.commit(result);
      console.say(
          String.format(
              Locale.ROOT,
              "Rows in the output: %,d done anew in %s%s",
              result.rows(),
              Console.time(result.time()),
              result.failed() == 0
                  ? ""
                  : String.format(Locale.ROOT, ", %,d of them with an error", result.failed())));
    }
  }

  /** Files in groups of so many rows as a wave may have, or of one file. */
  private List<List<String>> files() {
    Dataset<Row> there = output.withFiles();
    String name = output.file();
    List<Row> files =
        there
            .groupBy(name)
            .agg(count(lit(1)))
            .join(output.toDoAnew(there).select(name).distinct(), name)
            .orderBy(name)
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
