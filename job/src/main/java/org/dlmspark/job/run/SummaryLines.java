package org.dlmspark.job.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.Manifest;
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
            "%,d in the output%s: %s",
            summary.rowCount(),
            summary.samples() == 1
                ? ""
                : String.format(Locale.ROOT, ", %,d samples of each prompt", summary.samples()),
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
    lines.add(
        Line.of(
            "this run",
            "%,d of them%s%s",
            totals.rows(),
            totals.failed() == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d with an error", totals.failed()),
            totals.rows() == 0 ? "" : "; the figures down to the slowest rows are theirs"));
    if (totals.rows() > 0) {
      addSpeed(lines);
    }
    if (summary.answers() != null) {
      addAnswers(lines, summary.answers());
    }
    return lines;
  }

  private void addSpeed(List<Line> lines) {
    Manifest.Run run = summary.run();
    lines.add(
        Line.of(
            "tokens",
            "%,d generated from %,d of prompts",
            totals.completionTokens(),
            totals.promptTokens()));
    lines.add(Line.of("speed", "%,.1f tokens a second", run.tokensPerSecond()));
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
    int executors = run.executors();
    lines.add(
        Line.of(
            "decoder busy",
            "%s of the time of %d %s",
            Console.percent(run.busy()),
            executors,
            executors == 1 ? "executor" : "executors"));
    if (totals.computeMs() > 0) {
      lines.add(
          Line.of(
              "slots occupied",
              "%s of %,d while it decoded (batch.max-sequences)",
              Console.percent(totals.slotsOccupied(run.maxSequences())),
              run.maxSequences()));
    }
    List<SlowRow> slowest = summary.slowest();
    for (int i = 0; i < slowest.size(); i++) {
      SlowRow row = slowest.get(i);
      lines.add(
          Line.of(
              i == 0 ? "slowest rows" : "",
              "%s: %,.0f ms for %,d tokens",
              Excerpt.value(row.id()),
              row.decodeMs(),
              row.tokens()));
    }
  }

  private static void addAnswers(List<Line> lines, Answers answers) {
    lines.add(
        Line.of(
            "answers right",
            "%,d of %,d in the output%s",
            answers.right(),
            answers.asked(),
            answers.asked() == 0
                ? ""
                : String.format(
                    Locale.ROOT, " (%.1f%%)", 100.0 * answers.right() / answers.asked())));
    if (answers.asked() == 0) {
      lines.add(
          new Line(
              "", "check.answer-column is null in every row: there is nothing to compare with"));
    } else if (answers.right() == 0) {
      lines.add(
          new Line(
              "",
              "none: see whether check.answer-pattern finds what these completions end in, and"
                  + " whether check.answer-column holds the answers"));
    }
  }
}
