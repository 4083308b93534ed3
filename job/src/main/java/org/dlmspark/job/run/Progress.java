package org.dlmspark.job.run;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.dlmspark.job.Console;
import org.dlmspark.udf.service.ExecutorState;

/**
 * How far a run is, at one moment.
 *
 * @param rows rows that have their result, those committed and those of the wave in progress
 * @param toDo rows that the run has to do
 * @param failed those of {@code rows} with an error
 * @param tokensPerSecond of the last minute
 * @param left the time until the end, if it goes on as it went; null while that cannot be said
 * @param waitingFor what has to happen before the first row; null as soon as one has its result
 */
record Progress(
    long rows, long toDo, long failed, double tokensPerSecond, Duration left, String waitingFor) {

  /** The line for a log, such as {@code 1,234 of 12,000 rows (10.3%), 327.2 tokens a second}. */
  String line() {
    if (waitingFor != null) {
      return waitingFor;
    }
    String rest = rest();
    return String.format(
        Locale.ROOT,
        "%,d of %,d rows (%.1f%%)%s%s",
        rows,
        toDo,
        toDo == 0 ? 100 : 100.0 * rows / toDo,
        rest.isEmpty() ? "" : ", ",
        rest);
  }

  /** What a bar does not show by itself. */
  String rest() {
    if (waitingFor != null) {
      return waitingFor;
    }
    StringJoiner rest = new StringJoiner(", ");
    if (failed > 0) {
      rest.add(String.format(Locale.ROOT, "%.1f%% with an error", 100.0 * failed / rows));
    }
    if (tokensPerSecond > 0) {
      rest.add(String.format(Locale.ROOT, "%,.1f tokens a second", tokensPerSecond));
    }
    if (left != null) {
      rest.add(time(left) + " left");
    }
    return rest.toString();
  }

  /** Coarse: it is an estimate. */
  private static String time(Duration time) {
    if (time.compareTo(Duration.ofSeconds(90)) < 0) {
      return time.toSeconds() + " s";
    }
    long minutes = Math.round(time.toSeconds() / 60.0);
    return minutes < 60
        ? minutes + " min"
        : String.format(Locale.ROOT, "%,d h %d min", minutes / 60, minutes % 60);
  }

  /**
   * What a run waits for before its first row.
   *
   * @param executors what is known of them
   * @return such as {@code waiting for the model: 45% of 16.1 GB loaded on 2 executors}
   */
  static String waitingFor(List<ExecutorState> executors) {
    if (executors.isEmpty()) {
      return "waiting for executors";
    }
    List<ExecutorState> loading = executors.stream().filter(state -> !state.ready()).toList();
    if (loading.size() < executors.size()) {
      return "waiting for the first rows";
    }
    long loaded = loading.stream().mapToLong(ExecutorState::loadedBytes).sum();
    long all = loading.stream().mapToLong(ExecutorState::weightBytes).sum();
    if (all == 0) {
      return "waiting for the model to be opened";
    }
    return String.format(
        Locale.ROOT,
        "waiting for the model: %d%% of %s loaded on %d %s",
        100 * loaded / all,
        Console.size(all / loading.size()),
        loading.size(),
        loading.size() == 1 ? "executor" : "executors");
  }
}
