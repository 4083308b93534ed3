package org.dlmspark.job.run;

import java.util.Locale;
import org.dlmspark.job.Console;

/**
 * What rows with an error mean for the end of a run that did all its rows.
 *
 * @param whose in whose rows they were counted
 * @param rows these rows
 * @param failed those of them with an error
 * @param mostShare {@code job.fail-on-errors}; null if no share of errors is a failure
 */
public record ErrorVerdict(String whose, long rows, long failed, Double mostShare) {

  /**
   * Judges a run by its own rows; one that found nothing to do by all rows of the output, since
   * else the second try of a command would end well where the first one did not.
   *
   * @param summary what the run did
   * @param mostShare {@code job.fail-on-errors}
   * @return the verdict
   */
  public static ErrorVerdict of(RunSummary summary, Double mostShare) {
    return summary.totals().rows() > 0
        ? new ErrorVerdict(
            "this run's", summary.totals().rows(), summary.totals().failed(), mostShare)
        : new ErrorVerdict("the output's", summary.rowCount(), summary.errorCount(), mostShare);
  }

  /**
   * Whether there are more than the settings allow.
   *
   * @return true if the exit code is to say so
   */
  public boolean tooMany() {
    return mostShare != null && failed > mostShare * rows;
  }

  /**
   * Whether it is to be told even to who reads no summary: there are too many, or nothing but
   * errors.
   *
   * @return true if {@link #message} is to be shown
   */
  public boolean isAlarming() {
    return tooMany() || (failed > 0 && failed == rows);
  }

  /**
   * The verdict in words.
   *
   * @param remedy what to do
   * @return a sentence
   */
  public String message(String remedy) {
    return String.format(
        Locale.ROOT,
        "%,d of %s %,d rows (%s) have an error%s: all rows are written; %s",
        failed,
        whose,
        rows,
        Console.percent((double) failed / rows),
        tooMany() ? ", more than job.fail-on-errors = " + mostShare : "",
        remedy);
  }
}
