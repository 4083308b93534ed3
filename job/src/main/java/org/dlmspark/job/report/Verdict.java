package org.dlmspark.job.report;

import static org.dlmspark.job.report.ReportTexts.percent;
import static org.dlmspark.job.report.ReportTexts.text;

import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;

/**
 * Whether an output is what was asked for, as the head of its page says: green only where nothing
 * is left to do and no row has an error.
 *
 * @param kind {@code good}, {@code fair} or {@code bad}, by which the page colours it
 * @param words the same for people
 */
record Verdict(String kind, String words) {

  /**
   * Judges an output.
   *
   * @param last its last run
   * @param totals sums over its rows
   */
  static Verdict of(Manifest.Run last, RowTotals totals) {
    boolean allFailed = totals.failed() == totals.rows();
    String errors =
        totals.failed() == 0
            ? "no row has an error"
            : text(
                "%,d of %,d rows (%s) have an error: output.mode=retry-failed does them anew",
                totals.failed(), totals.rows(), percent(totals.failed(), totals.rows()));
    return switch (last.state()) {
      case Manifest.Run.DONE ->
          totals.failed() == 0
              ? new Verdict("good", "Done: " + errors + ".")
              : new Verdict(allFailed ? "bad" : "fair", "Done, but " + errors + ".");
      case Manifest.Run.RUNNING -> notDone("fair", "the last run goes on, or was killed", errors);
      case Manifest.Run.INTERRUPTED -> notDone("fair", "the last run was interrupted", errors);
      default -> notDone("bad", "the last run was ended by an error", errors);
    };
  }

  private static Verdict notDone(String kind, String why, String errors) {
    return new Verdict(
        kind,
        "Not done: "
            + why
            + ", so rows are missing, which the same command goes on with; of those that are"
            + " there, "
            + errors
            + ".");
  }
}
