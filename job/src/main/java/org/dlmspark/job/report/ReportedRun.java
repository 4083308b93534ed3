package org.dlmspark.job.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.dlmspark.job.Console;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.report.ReportData.RunRows;

/**
 * A run as the report tells of it: what the manifest notes, and what is there of its rows.
 *
 * @param noted what the manifest says
 * @param totals sums over its rows in the output; of none if there are none
 * @param last whether no other run came after it
 */
record ReportedRun(Manifest.Run noted, RowTotals totals, boolean last) {

  /**
   * How a run ended.
   *
   * @param name the manifest's name of it, by which the page colours the text
   * @param text for people
   */
  record State(String name, String text) {}

  /** All runs, the earliest first. */
  static List<ReportedRun> all(ReportData data) {
    List<Manifest.Run> noted = data.manifest().runs();
    List<ReportedRun> runs = new ArrayList<>();
    for (Manifest.Run run : noted) {
      runs.add(new ReportedRun(run, totals(data, run), runs.size() == noted.size() - 1));
    }
    return runs;
  }

  private static RowTotals totals(ReportData data, Manifest.Run run) {
    return data.runs().stream()
        .filter(rows -> rows.id().equals(run.id()))
        .findFirst()
        .map(RunRows::totals)
        .orElse(RowTotals.NONE);
  }

  State state() {
    if (!noted.state().equals(Manifest.Run.RUNNING)) {
      return new State(noted.state(), noted.state());
    }
    return new State(Manifest.Run.RUNNING, last ? "running, or was killed" : "killed");
  }

  Instant started() {
    return Instant.parse(noted.startedAt());
  }

  Duration took() {
    return Duration.between(started(), Instant.parse(noted.endedAt()));
  }

  /** Tokens a second; empty for a run that took no time. */
  String speed() {
    double seconds = took().toMillis() / 1000.0;
    return seconds > 0 ? ReportTexts.text("%,.1f", noted.completionTokens() / seconds) : "";
  }

  /** Whether it is known how many rows a decoder takes; early versions did not note it. */
  boolean slotsNoted() {
    return noted.maxSequences() > 0;
  }

  /** How full the batches were, if {@link #slotsNoted}. */
  String slotsOccupied() {
    return Console.percent(totals.slotsOccupied(noted.maxSequences()));
  }
}
