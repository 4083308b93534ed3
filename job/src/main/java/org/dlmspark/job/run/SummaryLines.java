package org.dlmspark.job.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.output.SlowRow;

/** A {@link RunSummary} as people are told of it, in lines for the console. */
final class SummaryLines {

  private static final int LONGEST_EXAMPLE = 160;

  private final RunSummary summary;
  private final RowTotals totals;

  SummaryLines(RunSummary summary) {
    this.summary = summary;
    totals = summary.totals();
  }

  /**
   * All that is to be told.
   *
   * @param outputPath where the rows are
   * @return lines for the console
   */
  List<Line> all(String outputPath) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("output", outputPath));
    if (summary.rowCount() == 0) {
      lines.add(new Line("rows", "none: the input is empty"));
      return lines;
    }
    lines.add(
        Line.of(
            "rows",
            "%,d: %s",
            summary.rowCount(),
            summary.rows().entrySet().stream()
                .map(
                    entry -> String.format(Locale.ROOT, "%,d %s", entry.getValue(), entry.getKey()))
                .collect(Collectors.joining(", "))));
    summary
        .errors()
        .forEach(
            (code, error) ->
                lines.add(
                    Line.of(
                        "",
                        "%,d %s, such as: %s",
                        error.rows(),
                        code,
                        Excerpt.shortened(error.example(), LONGEST_EXAMPLE))));
    if (totals.rows() < summary.rowCount()) {
      lines.add(
          Line.of(
              "this run",
              "%,d of them%s",
              totals.rows(),
              totals.failed() == 0
                  ? ""
                  : String.format(Locale.ROOT, ", %,d with an error", totals.failed())));
    }
    if (totals.rows() > 0) {
      addSpeed(lines);
    }
    if (summary.answers() != null) {
      addAnswers(lines, summary.answers());
    }
    return lines;
  }

  private void addSpeed(List<Line> lines) {
    double seconds = Math.max(summary.wall().toNanos() / 1e9, 1e-9);
    lines.add(
        Line.of(
            "tokens",
            "%,d generated from %,d of prompts",
            totals.completionTokens(),
            totals.promptTokens()));
    lines.add(Line.of("speed", "%,.1f tokens a second", totals.completionTokens() / seconds));
    lines.add(
        Line.of(
            "positions",
            "%,d computed, %,d without a cache%s",
            totals.positionsComputed(),
            totals.positionsTotal(),
            totals.positionsComputed() == 0
                ? ""
                : String.format(Locale.ROOT, ": %.2f times fewer", totals.positionsSaved())));
    if (totals.shared() > 0) {
      lines.add(
          Line.of(
              "identical rows",
              "%,d of %,d took the completion of another (input.dedupe)",
              totals.shared(),
              totals.rows()));
    }
    if (totals.decoded() > 0) {
      lines.add(Line.of("steps", "%.1f a row", (double) totals.steps() / totals.decoded()));
    }
    int executors = summary.executors();
    if (executors > 0) {
      lines.add(
          Line.of(
              "decoder busy",
              "%.1f%% of the time of %d %s",
              100 * totals.computeMs() / 1000 / (seconds * executors),
              executors,
              executors == 1 ? "executor" : "executors"));
      if (totals.computeMs() > 0) {
        lines.add(
            Line.of(
                "slots occupied",
                "%.1f%% of %,d while it decoded (batch.max-sequences)",
                100 * totals.slotsOccupied(summary.slots()),
                summary.slots()));
      }
    }
    List<SlowRow> slowest = summary.slowest();
    for (int i = 0; i < slowest.size(); i++) {
      SlowRow row = slowest.get(i);
      lines.add(
          Line.of(
              i == 0 ? "slowest rows" : "",
              "%s: %,.0f ms for %,d tokens",
              row.id(),
              row.decodeMs(),
              row.tokens()));
    }
  }

  private static void addAnswers(List<Line> lines, Answers answers) {
    lines.add(
        Line.of(
            "answers right",
            "%,d of %,d%s",
            answers.right(),
            answers.asked(),
            answers.asked() == 0
                ? ""
                : String.format(
                    Locale.ROOT, " (%.1f%%)", 100.0 * answers.right() / answers.asked())));
  }
}
