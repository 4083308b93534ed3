package org.dlmspark.job.report;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.RenderResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Version;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.report.ReportCharts.Figure;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.job.report.ReportData.ErrorRows;
import org.dlmspark.job.report.ReportData.Executor;
import org.dlmspark.job.report.ReportData.Measure;
import org.dlmspark.job.report.ReportData.RunRows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The report as one HTML file, without scripts and without anything to fetch. All text goes through
 * the template's escaping: prompts, completions and messages may hold anything.
 */
final class ReportPage {

  private static final String TEMPLATE = "report.html";
  private static final int SHOWN_RUNS = 20;

  private static final double MS_AN_HOUR = 3.6e6;
  private static final double MS_A_DAY = 24 * MS_AN_HOUR;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Logger log = LoggerFactory.getLogger(ReportPage.class);

  private final ReportData data;

  private ReportPage(ReportData data) {
    this.data = data;
  }

  /** What the template shows: texts, tables of texts, and plots. */
  private record Page(
      String path,
      String made,
      String version,
      State state,
      List<Tile> tiles,
      Table runs,
      String earlierRuns,
      Figure speed,
      String noPlots,
      Table results,
      Table errors,
      Table devices,
      List<Section> distributions,
      Table executors,
      String moreExecutors,
      Table slowest,
      List<Completion> samples,
      List<Line> setup,
      List<Line> settings,
      List<Line> model,
      List<Line> columns) {}

  private record State(String name, String text) {}

  private record Tile(String label, String value, String note) {}

  private record Section(String name, Table table, Figure figure) {}

  private record Completion(String id, String note, String prompt, String completion) {}

  /**
   * A column.
   *
   * @param kind {@code number}, {@code code} or, for any other text, null
   */
  private record Heading(String name, String kind) {

    /** By its first letter, # for numbers and ! for codes. */
    static Heading of(String text) {
      return switch (text.charAt(0)) {
        case '#' -> new Heading(text.substring(1).strip(), "number");
        case '!' -> new Heading(text.substring(1).strip(), "code");
        default -> new Heading(text, null);
      };
    }
  }

  private record Table(List<Heading> columns, List<List<String>> rows, boolean wide) {

    /** More columns do not fit a telephone. */
    private static final int NARROW = 6;

    /**
     * Makes a table.
     *
     * @param columns their headings, as {@link Heading#of} reads them, with | between them
     * @param rows a text for each column
     */
    static Table of(String columns, Stream<List<String>> rows) {
      List<Heading> headings =
          Arrays.stream(columns.split(" *\\| *", -1)).map(Heading::of).toList();
      return new Table(headings, rows.toList(), headings.size() > NARROW);
    }
  }

  private record Plots(Figure speed, List<Figure> distributions, String failure) {}

  /**
   * Makes the page.
   *
   * @param data what it tells
   * @return HTML
   */
  static String html(ReportData data) {
    Jinjava jinjava =
        new Jinjava(
            JinjavaConfig.newBuilder()
                // A prompt with braces is no template.
                .withNestedInterpretationEnabled(false)
                .withTrimBlocks(true)
                .build());
    jinjava.getGlobalContext().setAutoEscape(true);
    RenderResult result =
        jinjava.renderForResult(
            template(),
            JSON.convertValue(
                new ReportPage(data).page(), new TypeReference<Map<String, Object>>() {}));
    if (result.hasErrors()) {
      throw new IllegalStateException("the report's template failed: " + result.getErrors());
    }
    return result.getOutput();
  }

  private static String template() {
    try (InputStream stream = ReportPage.class.getResourceAsStream(TEMPLATE)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Page page() {
    List<Manifest.Run> runs = data.manifest().runs();
    Plots plots = plots();
    return new Page(
        data.path(),
        TIME.format(Instant.now()),
        Version.current(),
        runs.isEmpty() ? null : state(runs.get(runs.size() - 1), true),
        tiles(),
        runs(),
        runs.size() <= SHOWN_RUNS
            ? null
            : String.format(
                Locale.ROOT, "%,d earlier runs are not shown.", runs.size() - SHOWN_RUNS),
        plots.speed(),
        plots.failure(),
        results(),
        data.errors().isEmpty() ? null : errors(),
        devices(),
        sections(plots.distributions()),
        executors(),
        data.moreExecutors() ? "Those that were busy longest; there are others." : null,
        data.slowest().isEmpty() ? null : slowest(),
        data.samples().stream()
            .map(
                sample ->
                    new Completion(
                        sample.id(),
                        text("%s, %,d tokens", sample.finishReason(), sample.tokens()),
                        sample.prompt(),
                        sample.completion()))
            .toList(),
        runs.isEmpty() ? List.of() : lines(runs.get(runs.size() - 1).setup()),
        lines(data.manifest().fingerprint().settings()),
        lines(data.manifest().fingerprint().model()),
        lines(data.manifest().fingerprint().columns()));
  }

  /** A driver without fonts has no plots, and still a report. */
  private Plots plots() {
    try {
      List<Figure> distributions = new ArrayList<>();
      data.distributions().forEach(each -> distributions.add(ReportCharts.distribution(each)));
      return new Plots(ReportCharts.speed(data.speeds()), distributions, null);
    } catch (RuntimeException | LinkageError | InternalError e) { // the latter two by Java's AWT
      log.warn("the report has no plots", e);
      return new Plots(
          null,
          Collections.nCopies(data.distributions().size(), null),
          "There are no plots, since the driver could not draw: "
              + e
              + "; install fontconfig and a font on it.");
    }
  }

  private static State state(Manifest.Run run, boolean last) {
    if (!run.state().equals("running")) {
      return new State(run.state(), run.state());
    }
    return new State("running", last ? "running, or was killed" : "killed");
  }

  // --- key figures ------------------------------------------------------------------------------

  private List<Tile> tiles() {
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
    Manifest.Run last = lastWithRows();
    if (last != null) {
      tiles.add(new Tile("tokens a second", speed(last), "in the last run with rows"));
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
    if (last != null && last.maxSequences() > 0) {
      tiles.add(
          new Tile(
              "slots occupied",
              slots(last),
              text("of %,d (batch.max-sequences), in that run", last.maxSequences())));
    }
    if (totals.computeMs() > 0) {
      tiles.add(
          new Tile(
              "device-hours",
              significant(totals.computeMs() / MS_AN_HOUR),
              "in which a decoder was busy"));
    }
    if (totals.computeMs() > 0 && totals.completionTokens() > 0) {
      String kind =
          data.devices().size() == 1 ? data.devices().keySet().iterator().next() : "device";
      tiles.add(
          new Tile(
              dayUnit(kind) + " per billion tokens",
              significant(daysPerBillion(totals)),
              "of a busy decoder"));
    }
    return tiles;
  }

  private Manifest.Run lastWithRows() {
    return data.manifest().runs().stream()
        .filter(run -> run.completionTokens() > 0)
        .reduce((first, second) -> second)
        .orElse(null);
  }

  private static String dayUnit(String kind) {
    return kind.equals("device") ? "device-days" : kind.toUpperCase(Locale.ROOT) + "-days";
  }

  private static double daysPerBillion(RowTotals totals) {
    return totals.computeMs() / MS_A_DAY / totals.completionTokens() * 1e9;
  }

  // --- tables -----------------------------------------------------------------------------------

  private Table runs() {
    List<Manifest.Run> runs = new ArrayList<>(data.manifest().runs());
    int count = runs.size();
    Collections.reverse(runs);
    return Table.of(
        "! run | ! state | version | started | # took | # waves | # rows | # errors | # tokens | #"
            + " tokens/s | # slots occupied",
        Stream.iterate(0, i -> i + 1)
            .limit(Math.min(count, SHOWN_RUNS))
            .map(
                i -> {
                  Manifest.Run run = runs.get(i);
                  return List.of(
                      run.id(),
                      state(run, i == 0).text(),
                      run.version(),
                      TIME.format(Instant.parse(run.startedAt())),
                      Console.time(took(run)),
                      number(run.waves()),
                      number(run.rows()),
                      number(run.errors().values().stream().mapToLong(n -> n).sum()),
                      number(run.completionTokens()),
                      speed(run),
                      run.maxSequences() > 0
                          ? text("%s of %,d", slots(run), run.maxSequences())
                          : "not noted");
                }));
  }

  private static Duration took(Manifest.Run run) {
    return Duration.between(Instant.parse(run.startedAt()), Instant.parse(run.endedAt()));
  }

  private static String speed(Manifest.Run run) {
    double seconds = took(run).toMillis() / 1000.0;
    return seconds > 0 ? text("%,.1f", run.completionTokens() / seconds) : "";
  }

  private String slots(Manifest.Run run) {
    return data.runs().stream()
        .filter(rows -> rows.id().equals(run.id()))
        .findFirst()
        .map(RunRows::totals)
        .map(totals -> percent(totals.slotsOccupied(run.maxSequences())))
        .orElse("0.0%");
  }

  private Table results() {
    long all = data.totals().rows();
    return Table.of(
        "result (finish_reason) | # rows | # share",
        data.results().entrySet().stream()
            .map(
                entry ->
                    List.of(
                        entry.getKey(), number(entry.getValue()), percent(entry.getValue(), all))));
  }

  private Table errors() {
    return Table.of(
        "! error | # rows | such as",
        data.errors().stream()
            .map(error -> List.of(error.code(), number(error.rows()), examples(error))));
  }

  private static String examples(ErrorRows error) {
    return error.examples().stream()
        .map(example -> example.id() + ": " + example.message())
        .collect(Collectors.joining("\n"));
  }

  private Table devices() {
    return Table.of(
        "device | # rows | # tokens | # positions computed | # without a cache | # times fewer | #"
            + " busy device-hours | # device-days per billion tokens",
        data.devices().entrySet().stream()
            .map(
                entry -> {
                  RowTotals totals = entry.getValue();
                  return List.of(
                      entry.getKey(),
                      number(totals.rows()),
                      number(totals.completionTokens()),
                      number(totals.positionsComputed()),
                      number(totals.positionsTotal()),
                      text("%.2f", totals.positionsSaved()),
                      significant(totals.computeMs() / MS_AN_HOUR),
                      totals.completionTokens() == 0
                          ? ""
                          : significant(daysPerBillion(totals)) + " " + dayUnit(entry.getKey()));
                }));
  }

  private List<Section> sections(List<Figure> figures) {
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < figures.size(); i++) {
      Distribution distribution = data.distributions().get(i);
      sections.add(
          new Section(
              name(distribution.measure()),
              Table.of(
                  "prompt tokens | # rows | # half within | # 90% within | # 99% within | # most",
                  distribution.groups().stream()
                      .map(
                          group ->
                              List.of(
                                  range(group),
                                  number(group.rows()),
                                  amount(group.median(), distribution.measure()),
                                  amount(group.p90(), distribution.measure()),
                                  amount(group.p99(), distribution.measure()),
                                  amount(group.most(), distribution.measure())))),
              figures.get(i)));
    }
    return sections;
  }

  /** What a measure is called. */
  static String name(Measure measure) {
    return switch (measure) {
      case DECODE_MS -> "Decode time";
      case QUEUE_MS -> "Queue time";
      case STEPS -> "Steps";
    };
  }

  /** The prompts of a group, by their tokens. */
  static String range(ReportData.LengthGroup group) {
    return group.fromTokens() == group.toTokens()
        ? number(group.toTokens())
        : text("%,d to %,d", group.fromTokens(), group.toTokens());
  }

  private static String amount(double value, Measure measure) {
    return measure == Measure.STEPS ? text("%,.0f", value) : milliseconds(value);
  }

  private Table executors() {
    return Table.of(
        "! run | executor | device | # rows | # errors | # tokens | # busy | # share",
        data.executors().stream().map(ReportPage::executor));
  }

  private static List<String> executor(Executor executor) {
    RowTotals totals = executor.totals();
    return List.of(
        executor.run(),
        executor.name(),
        executor.device(),
        number(totals.rows()),
        number(totals.failed()),
        number(totals.completionTokens()),
        Console.time(Duration.ofMillis((long) totals.computeMs())),
        executor.decoded().seconds() > 0
            ? percent(totals.computeMs() / 1000 / executor.decoded().seconds())
            : "");
  }

  private Table slowest() {
    return Table.of(
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

  private static List<Line> lines(Map<String, String> texts) {
    return texts.entrySet().stream()
        .map(entry -> new Line(entry.getKey(), entry.getValue()))
        .toList();
  }

  // --- numbers ----------------------------------------------------------------------------------

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  private static String number(long value) {
    return text("%,d", value);
  }

  private static String percent(long part, long whole) {
    return percent((double) part / whole);
  }

  private static String percent(double share) {
    return text("%.1f%%", 100 * share);
  }

  private static String milliseconds(double value) {
    return text(value < 10 ? "%.1f ms" : "%,.0f ms", value);
  }

  /** Three digits that matter, or all before the point. */
  private static String significant(double value) {
    return text(value < 0.1 ? "%.2g" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f", value);
  }
}
