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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Version;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.report.KeyFigures.Tile;
import org.dlmspark.job.report.ReportCharts.Figure;
import org.dlmspark.job.report.ReportData.Distribution;

/**
 * The report as one HTML file, without scripts and without anything to fetch. All text goes through
 * the template's escaping: prompts, completions and messages may hold anything.
 */
final class ReportPage {

  private static final String TEMPLATE = "report.html";
  private static final int SHOWN_RUNS = 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportPage() {}

  /** What the template shows: texts, tables of texts, and plots. */
  private record Page(
      String path,
      String made,
      String version,
      ReportedRun.State state,
      List<Tile> tiles,
      PageTable runs,
      String earlierRuns,
      Figure speed,
      String noPlots,
      PageTable results,
      PageTable errors,
      PageTable devices,
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

  private record Completion(String id, String note, String prompt, String completion) {}

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
            template(), JSON.convertValue(page(data), new TypeReference<Map<String, Object>>() {}));
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

  private static Page page(ReportData data) {
    List<ReportedRun> runs = ReportedRun.all(data);
    ReportedRun last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
    ReportPlots plots = ReportPlots.of(data);
    Fingerprint fingerprint = data.manifest().fingerprint();
    return new Page(
        data.path(),
        ReportTexts.time(Instant.now()),
        Version.current(),
        last == null ? null : last.state(),
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
                        sample.completion()))
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
