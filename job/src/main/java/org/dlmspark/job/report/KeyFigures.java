package org.dlmspark.job.report;

import static org.dlmspark.job.report.ReportTexts.number;
import static org.dlmspark.job.report.ReportTexts.percent;
import static org.dlmspark.job.report.ReportTexts.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dlmspark.job.Console;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;

/**
 * The figures at the head of the page, each with a word on which rows it is of. Those that the
 * console's summary has too are called as there. One that would say nothing is left out.
 */
final class KeyFigures {

  private static final String ALL = "of the whole output";

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
    List<Tile> tiles = new ArrayList<>();
    addOutput(tiles, data);
    runs.stream()
        .filter(run -> run.noted().completionTokens() > 0)
        .reduce((first, second) -> second)
        .ifPresent(run -> addRun(tiles, run));
    addCost(tiles, data);
    return tiles;
  }

  private static void addOutput(List<Tile> tiles, ReportData data) {
    RowTotals totals = data.totals();
    String samples =
        data.manifest().fingerprint().settings().getOrDefault("input.samples-per-prompt", "1");
    String unit = samples.equals("1") ? "" : ", samples, " + samples + " of each prompt";
    tiles.add(
        new Tile(
            "rows",
            number(totals.rows()),
            ALL
                + unit
                + (totals.failed() == 0
                    ? "; none with an error"
                    : text(
                        "; %,d with an error, %s",
                        totals.failed(), percent(totals.failed(), totals.rows())))));
    tiles.add(
        new Tile(
            "tokens",
            number(totals.completionTokens()),
            text("%s, from %,d of prompts", ALL, totals.promptTokens())));
    Answers answers = data.answers();
    if (answers != null) {
      tiles.add(
          new Tile(
              "answers right",
              answers.asked() == 0 ? "none asked" : percent(answers.right(), answers.asked()),
              text("%,d of %,d rows %s", answers.right(), answers.asked(), ALL)));
    }
    if (totals.positionsComputed() > 0) {
      tiles.add(
          new Tile(
              "positions",
              text("%.2f times fewer", totals.positionsSaved()),
              text(
                  "%,d computed, %,d without a cache, %s",
                  totals.positionsComputed(), totals.positionsTotal(), ALL)));
    }
  }

  private static void addRun(List<Tile> tiles, ReportedRun run) {
    Manifest.Run noted = run.noted();
    tiles.add(new Tile("speed", run.speed(), "tokens a second, in the last run with rows"));
    if (noted.executors() > 0) {
      tiles.add(
          new Tile(
              "decoder busy",
              Console.percent(noted.busy()),
              text(
                  "of the time of %,d %s, in that run",
                  noted.executors(), noted.executors() == 1 ? "executor" : "executors")));
    }
    if (run.slotsNoted()) {
      tiles.add(
          new Tile(
              "slots occupied",
              run.slotsOccupied(),
              text(
                  "of %,d while it decoded (batch.max-sequences), in that run",
                  noted.maxSequences())));
    }
  }

  private static void addCost(List<Tile> tiles, ReportData data) {
    Cost cost = Cost.of(data.manifest().runs());
    if (cost.busyMs() == 0) {
      return;
    }
    boolean reserved = cost.reservedMs() > 0;
    tiles.add(
        new Tile(
            "device-hours",
            reserved ? cost.reservedHours() : cost.busyHours(),
            reserved
                ? text("reserved by all runs, %s of them busy", cost.busyHours())
                : "in which a decoder was busy, in all runs"));
    if (cost.tokens() > 0) {
      tiles.add(
          new Tile(
              days(data) + " per billion tokens",
              reserved ? cost.reservedDays() : cost.busyDays(),
              reserved
                  ? text("of a reserved device, %s of a busy one, in all runs", cost.busyDays())
                  : "of a busy decoder, in all runs"));
    }
  }

  /** What days of the output's devices are called, such as {@code GPU-days}. */
  private static String days(ReportData data) {
    return data.devices().size() == 1
        ? data.devices().keySet().iterator().next().toUpperCase(Locale.ROOT) + "-days"
        : "device-days";
  }
}
