package org.dlmspark.job.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Version;
import org.dlmspark.job.input.Answer;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.report.KeyFigures.Tile;
import org.dlmspark.job.report.ReportCharts.Figure;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.udf.text.jinja.JinjaTemplate;
import org.dlmspark.udf.text.jinja.Limits;

/**
 * The report as one HTML file, without scripts and without anything to fetch. All text in it is
 * escaped by {@link HtmlText}.
 */
final class ReportPage {

  private static final int SHOWN_RUNS = 20;

  /** A page that comes near them is no page any more. */
  private static final Limits LIMITS = new Limits(20_000_000, 100, 1 << 24, 1 << 24);

  private static final JinjaTemplate TEMPLATE = template();

  private ReportPage() {}

  /** What the template shows: texts, tables of texts, and plots. */
  private record Page(
      String path,
      String made,
      String version,
      Verdict verdict,
      List<Tile> tiles,
      PageTable runs,
      String earlierRuns,
      Figure speed,
      String noPlots,
      PageTable results,
      PageTable errors,
      PageTable devices,
      PageTable costs,
      List<Section> distributions,
      PageTable executors,
      String moreExecutors,
      PageTable slowest,
      List<Completion> samples,
      List<Line> setup,
      List<Line> settings,
      List<Line> model,
      List<Line> columns) {}

  private record Section(String name, PageTable table, Figure figure) {}

  private record Completion(
      String id, String note, String prompt, String completion, Answer answer) {}

  /**
   * Makes the page.
   *
   * @param data what it tells
   * @return HTML
   */
  static String html(ReportData data) {
    return TEMPLATE.render(
        HtmlText.variables(page(data)), LocalDateTime.now(ZoneOffset.UTC), LIMITS);
  }

  private static JinjaTemplate template() {
    try (InputStream stream = ReportPage.class.getResourceAsStream("report.html")) {
      return JinjaTemplate.parse(
          new String(stream.readAllBytes(), StandardCharsets.UTF_8), LIMITS.maxDepth());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Page page(ReportData data) {
    List<ReportedRun> runs = ReportedRun.all(data);
    ReportedRun last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
    ReportPlots plots = ReportPlots.of(data);
    Fingerprint fingerprint = data.manifest().fingerprint();
    return new Page(
        data.path(),
        ReportTexts.time(Instant.now()),
        Version.current(),
        last == null ? null : Verdict.of(last.noted(), data.totals()),
        KeyFigures.of(data, runs),
        ReportTables.runs(runs, SHOWN_RUNS),
        runs.size() <= SHOWN_RUNS
            ? null
            : ReportTexts.text("%,d earlier runs are not shown.", runs.size() - SHOWN_RUNS),
        plots.speed(),
        plots.failure(),
        ReportTables.results(data),
        data.errors().isEmpty() ? null : ReportTables.errors(data),
        ReportTables.devices(data),
        ReportTables.costs(data.manifest().runs(), SHOWN_RUNS),
        sections(data.distributions(), plots.distributions()),
        ReportTables.executors(data),
        data.moreExecutors() ? "Those that were busy longest; there are others." : null,
        data.slowest().isEmpty() ? null : ReportTables.slowest(data),
        data.samples().stream()
            .map(
                sample ->
                    new Completion(
                        sample.id(),
                        ReportTexts.text("%s, %,d tokens", sample.finishReason(), sample.tokens()),
                        sample.prompt(),
                        sample.completion(),
                        sample.answer()))
            .toList(),
        last == null ? List.of() : lines(last.noted().setup()),
        lines(fingerprint.settings()),
        lines(fingerprint.model()),
        lines(fingerprint.columns()));
  }

  private static List<Section> sections(List<Distribution> distributions, List<Figure> figures) {
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < figures.size(); i++) {
      Distribution distribution = distributions.get(i);
      sections.add(
          new Section(
              ReportTexts.name(distribution.measure()),
              ReportTables.distribution(distribution),
              figures.get(i)));
    }
    return sections;
  }

  private static List<Line> lines(Map<String, String> texts) {
    return texts.entrySet().stream()
        .map(entry -> new Line(entry.getKey(), entry.getValue()))
        .toList();
  }
}
