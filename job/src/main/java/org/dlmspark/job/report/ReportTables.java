package org.dlmspark.job.report;

import static org.dlmspark.job.report.ReportTexts.amount;
import static org.dlmspark.job.report.ReportTexts.milliseconds;
import static org.dlmspark.job.report.ReportTexts.number;
import static org.dlmspark.job.report.ReportTexts.percent;
import static org.dlmspark.job.report.ReportTexts.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dlmspark.job.Console;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.job.report.ReportData.ErrorRows;
import org.dlmspark.job.report.ReportData.Executor;

/** The page's tables: which columns they have, and what stands in them. */
final class ReportTables {

  private ReportTables() {}

  /**
   * Runs, the last one first.
   *
   * @param all all of them, the earliest first
   * @param most how many to show
   */
  static PageTable runs(List<ReportedRun> all, int most) {
    List<ReportedRun> runs = new ArrayList<>(all);
    Collections.reverse(runs);
    return PageTable.of(
        "Runs",
        "! run | ! state | version | started | # took | # waves | # rows | # errors | # tokens | #"
            + " speed, tokens/s | # slots occupied",
        runs.stream().limit(most).map(ReportTables::run));
  }

  private static List<String> run(ReportedRun run) {
    return List.of(
        run.noted().id(),
        run.state(),
        run.noted().version(),
        ReportTexts.time(run.started()),
        Console.time(run.noted().took()),
        number(run.noted().waves()),
        number(run.noted().rows()),
        number(run.noted().errors().values().stream().mapToLong(n -> n).sum()),
        number(run.noted().completionTokens()),
        run.speed(),
        run.slotsNoted()
            ? text("%s of %,d", run.slotsOccupied(), run.noted().maxSequences())
            : "not noted");
  }

  static PageTable results(ReportData data) {
    long all = data.totals().rows();
    return PageTable.of(
        "Rows by result",
        "result (finish_reason) | # rows | # share",
        data.results().entrySet().stream()
            .map(
                entry ->
                    List.of(
                        entry.getKey(), number(entry.getValue()), percent(entry.getValue(), all))));
  }

  static PageTable errors(ReportData data) {
    return PageTable.of(
        "Errors",
        "! error | # rows | such as",
        data.errors().stream()
            .map(error -> List.of(error.code(), number(error.rows()), examples(error))));
  }

  private static String examples(ErrorRows error) {
    return error.examples().stream()
        .map(example -> example.id() + ": " + example.message())
        .collect(Collectors.joining("\n"));
  }

  static PageTable devices(ReportData data) {
    return PageTable.of(
        "Work by kind of device",
        "device | # rows | # tokens | # positions computed | # without a cache | # times fewer",
        data.devices().entrySet().stream().map(entry -> device(entry.getKey(), entry.getValue())));
  }

  private static List<String> device(String kind, RowTotals totals) {
    return List.of(
        kind,
        number(totals.rows()),
        number(totals.completionTokens()),
        number(totals.positionsComputed()),
        number(totals.positionsTotal()),
        text("%.2f", totals.positionsSaved()));
  }

  /**
   * What runs cost, the last one first.
   *
   * @param all all of them, the earliest first
   * @param most how many to show
   */
  static PageTable costs(List<Manifest.Run> all, int most) {
    List<Manifest.Run> runs = new ArrayList<>(all);
    Collections.reverse(runs);
    return PageTable.of(
        "Cost of runs",
        "! run | # executors | # took | # decoder busy | # reserved device-hours | # busy"
            + " device-hours | # reserved device-days per billion tokens | # busy device-days per"
            + " billion tokens",
        runs.stream().limit(most).map(ReportTables::cost));
  }

  private static List<String> cost(Manifest.Run run) {
    Cost cost = Cost.of(run);
    boolean noted = run.executors() > 0;
    return List.of(
        run.id(),
        noted ? number(run.executors()) : "not noted",
        Console.time(run.took()),
        noted ? Console.percent(run.busy()) : "not noted",
        cost.reservedHours(),
        cost.busyHours(),
        cost.reservedDays(),
        cost.busyDays());
  }

  static PageTable distribution(Distribution distribution) {
    return PageTable.of(
        ReportTexts.name(distribution.measure()) + " by the length of the prompt",
        "prompt tokens | # rows | # half within | # 90% within | # 99% within | # most",
        distribution.groups().stream()
            .map(
                group ->
                    List.of(
                        ReportTexts.range(group),
                        number(group.rows()),
                        amount(group.median(), distribution.measure()),
                        amount(group.p90(), distribution.measure()),
                        amount(group.p99(), distribution.measure()),
                        amount(group.most(), distribution.measure()))));
  }

  static PageTable executors(ReportData data) {
    Map<String, Manifest.Run> runs =
        data.manifest().runs().stream().collect(Collectors.toMap(Manifest.Run::id, run -> run));
    return PageTable.of(
        "Executors",
        "! run | executor | device | # rows | # errors | # tokens | # decoder busy | # of the run's"
            + " time",
        data.executors().stream().map(each -> executor(each, runs.get(each.run()))));
  }

  private static List<String> executor(Executor executor, Manifest.Run run) {
    RowTotals totals = executor.totals();
    return List.of(
        executor.run(),
        executor.name(),
        executor.device(),
        number(totals.rows()),
        number(totals.failed()),
        number(totals.completionTokens()),
        Console.time(Duration.ofMillis((long) totals.computeMs())),
        run == null || run.took().isZero()
            ? ""
            : Console.percent(totals.computeMs() / run.took().toMillis()));
  }

  static PageTable slowest(ReportData data) {
    return PageTable.of(
        "Slowest rows",
        "row | executor | # decode time | # queue time | # prompt tokens | # tokens | # steps",
        data.slowest().stream()
            .map(
                row ->
                    List.of(
                        row.id(),
                        row.executor(),
                        milliseconds(row.decodeMs()),
                        milliseconds(row.queueMs()),
                        number(row.promptTokens()),
                        number(row.tokens()),
                        number(row.steps()))));
  }
}
