package org.dlmspark.job.report;

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

  /** How it ended. */
  String state() {
    if (!noted.state().equals(Manifest.Run.RUNNING)) {
      return noted.state();
    }
    return last ? "running, or was killed" : "killed";
  }

  Instant started() {
    return Instant.parse(noted.startedAt());
  }

  /** Tokens a second. */
  String speed() {
    return ReportTexts.text("%,.1f", noted.tokensPerSecond());
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
