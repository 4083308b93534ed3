package org.dlmspark.job.report;

import static org.dlmspark.job.report.ReportTexts.number;
import static org.dlmspark.job.report.ReportTexts.percent;
import static org.dlmspark.job.report.ReportTexts.text;

import java.util.ArrayList;
import java.util.List;
import org.dlmspark.job.output.RowTotals;

/** The figures at the head of the page. One that would say nothing is left out. */
final class KeyFigures {

  private KeyFigures() {}

  /** A figure with its name above it and a note below. */
  record Tile(String label, String value, String note) {}

  /**
   * Makes the figures.
   *
   * @param data what the report tells
   * @param runs all runs, the earliest first
   */
  static List<Tile> of(ReportData data, List<ReportedRun> runs) {
    RowTotals totals = data.totals();
    List<Tile> tiles = new ArrayList<>();
    tiles.add(
        new Tile(
            "rows",
            number(totals.rows()),
            totals.failed() == 0
                ? "none with an error"
                : text(
                    "%,d with an error, %s",
                    totals.failed(), percent(totals.failed(), totals.rows()))));
    tiles.add(
        new Tile(
            "tokens",
            number(totals.completionTokens()),
            text("from %,d of prompts", totals.promptTokens())));
    ReportedRun last = lastWithRows(runs);
    if (last != null) {
      tiles.add(new Tile("tokens a second", last.speed(), "in the last run with rows"));
    }
    if (totals.positionsComputed() > 0) {
      tiles.add(
          new Tile(
              "work saved by the cache",
              text("%.2f times", totals.positionsSaved()),
              text(
                  "%,d positions computed of %,d",
                  totals.positionsComputed(), totals.positionsTotal())));
    }
    if (last != null && last.slotsNoted()) {
      tiles.add(
          new Tile(
              "slots occupied",
              last.slotsOccupied(),
              text("of %,d (batch.max-sequences), in that run", last.noted().maxSequences())));
    }
    DeviceCost cost = DeviceCost.ofAll(data);
    if (totals.computeMs() > 0) {
      tiles.add(new Tile("device-hours", cost.hours(), "in which a decoder was busy"));
    }
    if (totals.computeMs() > 0 && totals.completionTokens() > 0) {
      tiles.add(
          new Tile(
              cost.days() + " per billion tokens", cost.daysPerBillion(), "of a busy decoder"));
    }
    return tiles;
  }

  private static ReportedRun lastWithRows(List<ReportedRun> runs) {
    return runs.stream()
        .filter(run -> run.noted().completionTokens() > 0)
        .reduce((first, second) -> second)
        .orElse(null);
  }
}
