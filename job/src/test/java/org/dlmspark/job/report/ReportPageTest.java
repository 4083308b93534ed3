package org.dlmspark.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dlmspark.job.input.Answer;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.output.Fingerprint;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.RowTotals;
import org.dlmspark.job.output.SlowRow;
import org.dlmspark.job.report.ReportData.Distribution;
import org.dlmspark.job.report.ReportData.ErrorRows;
import org.dlmspark.job.report.ReportData.Example;
import org.dlmspark.job.report.ReportData.Executor;
import org.dlmspark.job.report.ReportData.LengthGroup;
import org.dlmspark.job.report.ReportData.Measure;
import org.dlmspark.job.report.ReportData.Period;
import org.dlmspark.job.report.ReportData.RunRows;
import org.dlmspark.job.report.ReportData.Sample;
import org.dlmspark.job.report.ReportData.Speed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of outputs that are made up here: what it says of them, and that it holds anything. */
class ReportPageTest {

  private static final RowTotals FINE =
      new RowTotals(10, 0, 0, 500, 1000, 320, 4000, 16000, 40_000, 320_000);
  private static final RowTotals SOME_FAILED =
      new RowTotals(13, 1, 0, 500, 1000, 320, 4000, 16000, 40_000, 320_000);
  private static final RowTotals ALL_FAILED = new RowTotals(13, 13, 0, 0, 0, 0, 0, 0, 0, 0);

  /** A run of 100 s on two executors, whose decoders were busy for 50 s, 1,000 tokens. */
  private static Manifest.Run run(String id, String state, String text, Map<String, String> more) {
    Map<String, String> setup = new LinkedHashMap<>(more);
    setup.put("model.path", text);
    setup.put("batch.max-sequences", "4");
    return new Manifest.Run(
        id,
        text,
        "2026-01-01T10:00:00Z",
        "2026-01-01T10:01:40Z",
        state,
        1,
        10,
        Map.of(),
        1000,
        4000,
        50_000,
        setup);
  }

  private static Manifest.Run run(String state) {
    return run("run-1", state, "/model", Map.of("executors", "2"));
  }

  private static ReportData data(
      RowTotals totals, List<Manifest.Run> runs, Answers answers, Map<String, String> settings) {
    Manifest manifest = Manifest.of(new Fingerprint(settings, Map.of(), Map.of()));
    for (Manifest.Run run : runs) {
      manifest = manifest.with(run);
    }
    return new ReportData(
        "/out",
        manifest,
        List.of(new RunRows("run-1", totals, new Period(0, 100))),
        Map.of("stop", totals.rows()),
        List.of(),
        Map.of("gpu", totals),
        List.of(),
        List.of(),
        List.of(),
        false,
        List.of(),
        List.of(),
        answers);
  }

  private static String page(RowTotals totals, String state) {
    return ReportPage.html(data(totals, List.of(run(state)), null, Map.of()));
  }

  /** As much of everything as a report takes, and every text of it the same. */
  static ReportData full(String text) {
    Map<String, String> settings = new LinkedHashMap<>();
    IntStream.range(0, 30).forEach(i -> settings.put(text + i, text));
    Manifest manifest = Manifest.of(new Fingerprint(settings, settings, settings));
    for (int i = 0; i < 25; i++) {
      manifest = manifest.with(run("run-" + i + text, "done", text, Map.of(text, text)));
    }
    Buckets buckets = Buckets.between(0, 60, 24);
    List<Long> counts = Collections.nCopies(24, 3L);
    List<LengthGroup> groups =
        IntStream.range(0, 5)
            .mapToObj(i -> new LengthGroup(10 * i, 10 * i + 9, 72, 20, 40, 55, 60, counts))
            .toList();
    List<Double> tokens = Collections.nCopies(24, 10.0);
    List<Speed> speeds =
        IntStream.range(0, 4).mapToObj(i -> new Speed(text + i, buckets, tokens)).toList();
    Sample right = new Sample(text, text, text, text, 8, new Answer(text, text, true));
    Sample wrong = new Sample(text, text, text, text, 8, new Answer(text, null, false));
    return new ReportData(
        text,
        manifest,
        List.of(new RunRows("run-1", SOME_FAILED, new Period(0, 60))),
        Map.of(text, 13L),
        Collections.nCopies(
            7, new ErrorRows(text, 1, Collections.nCopies(3, new Example(text, text)))),
        Map.of(text, SOME_FAILED),
        speeds,
        List.of(
            new Distribution(Measure.DECODE_MS, groups, buckets),
            new Distribution(Measure.QUEUE_MS, groups, buckets),
            new Distribution(Measure.STEPS, groups, buckets)),
        Collections.nCopies(30, new Executor("run-1" + text, text, text, SOME_FAILED)),
        true,
        Collections.nCopies(10, new SlowRow(text, 1000, 10, 20, 30, 40, text)),
        List.of(right, wrong, right, wrong, right, wrong),
        new Answers(9, 12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "</script></style></pre></td><img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)",
        "<!--",
        "{{ 7 * 191 }}{% raw %}{# no #}",
        "&lt;b&gt; &#60;",
        "\u0000\u0007\u001b[31m\u009b\ud800",
        "\u202egnp.exe\u2066",
      })
  void noTextIsMoreThanText(String text) {
    assertThat(tags(ReportPage.html(full(text)))).isEqualTo(tags(ReportPage.html(full("x"))));
    assertThat(HtmlText.of(text)).doesNotContain("<", ">", "\"", "'", "\u001b", "\u202e", "\u0000");
  }

  /** What is left of a page without the text between its tags. */
  private static String tags(String page) {
    return page.replaceAll(">[^<]*<", ">\n<");
  }

  @Test
  void whatActsOnAPageIsShown() {
    assertThat(HtmlText.of("a\u0007b\u202ec\ud800d")).isEqualTo("a\\u0007b\\u202ec\\ud800d");
    assertThat(HtmlText.of("two\r\nlines\tand \u05e9\u05dc\u05d5\u05dd\u200f \ud83d\ude00 \u00e9"))
        .isEqualTo("two\r\nlines\tand \u05e9\u05dc\u05d5\u05dd\u200f \ud83d\ude00 \u00e9");
    assertThat(HtmlText.of("&lt;")).isEqualTo("&amp;lt;");
  }

  @Test
  void thePageStaysSmallAndFetchesNothing() {
    String page = ReportPage.html(full("x".repeat(600)));
    assertThat(page.length()).isLessThan(600_000);
    assertThat(page).doesNotContain("href=", "src=", "@import", "url(http", "<script");
    assertThat(page).contains("default-src 'none'");
  }

  @Test
  void everyTableHasANameAndHeadersOfBothItsDirections() {
    String page = ReportPage.html(full("x"));
    int tables = page.split("<table>", -1).length - 1;
    assertThat(page.split("<caption>[^<]", -1)).hasSize(tables + 1);
    assertThat(page.split("<tbody>\n<tr><th class=\"[a-z]+\" scope=\"row\">", -1))
        .hasSize(tables + 1);
    assertThat(page.split("<div class=\"scroll\" role=\"region\"", -1)).hasSize(tables + 4 + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "done, good, Done: no row has an error.",
    "interrupted, fair, Not done: the last run was interrupted",
    "running, fair, 'Not done: the last run goes on, or was killed'",
    "failed, bad, Not done: the last run was ended by an error",
  })
  void theHeadSaysHowItEnded(String state, String kind, String words) {
    assertThat(page(FINE, state)).contains("class=\"verdict " + kind + "\"").contains(words);
  }

  @Test
  void theHeadIsGreenOnlyWithoutErrors() {
    assertThat(page(SOME_FAILED, "done"))
        .contains("class=\"verdict fair\"")
        .contains("Done, but 1 of 13 rows (7.7%) have an error: output.mode=retry-failed")
        .doesNotContain("class=\"verdict good\"");
    assertThat(page(ALL_FAILED, "done"))
        .contains("class=\"verdict bad\"")
        .contains("13 of 13 rows (100.0%)");
    assertThat(page(SOME_FAILED, "interrupted"))
        .contains("rows are missing")
        .contains("1 of 13 rows (7.7%) have an error");
  }

  @Test
  void aRunsTimeIsSharedAsTheConsoleSaysIt() {
    String page = page(FINE, "done");
    assertThat(page)
        .contains("<span>speed</span><b>10.0</b><span>tokens a second, in the last run with rows")
        .contains("<span>decoder busy</span><b>25.0%</b><span>of the time of 2 executors");
  }

  @Test
  void whatIsReservedCostsTooBesideWhatIsBusy() {
    // 200 s reserved and 50 s busy for 1,000 tokens, in days for a billion of them.
    assertThat(page(FINE, "done"))
        .contains("<span>device-hours</span><b>0.056</b><span>reserved by all runs, 0.014 of them")
        .contains("<b>2,315</b><span>of a reserved device, 579 of a busy one");
    Manifest.Run old = run("run-0", "done", "/model", Map.of());
    assertThat(ReportPage.html(data(FINE, List.of(old), null, Map.of())))
        .contains("<b>0.014</b><span>in which a decoder was busy")
        .contains("<b>579</b><span>of a busy decoder")
        .contains("not noted");
    assertThat(Cost.of(List.of(old, run("done")))).isEqualTo(new Cost(50_000, 200_000, 1000));
  }

  @Test
  void figuresSayWhatTheyAreOf() {
    String samples =
        ReportPage.html(
            data(
                FINE,
                List.of(run("done")),
                new Answers(4, 10),
                Map.of("input.samples-per-prompt", "5")));
    assertThat(samples)
        .contains("<b>10</b><span>of the whole output, samples, 5 of each prompt; none with an")
        .contains("<b>40.0%</b><span>4 of 10 rows of the whole output");
    assertThat(page(FINE, "done"))
        .contains("<b>10</b><span>of the whole output; none with an error")
        .doesNotContain("answers right");
  }

  @Test
  void samplesShowTheAnswerFoundAndTheOneExpected() {
    String page = ReportPage.html(full("18"));
    assertThat(page).contains("Answer right: <bdi>18</bdi>; expected <bdi>18</bdi>");
    assertThat(page).contains("Answer wrong: none found; expected <bdi>18</bdi>");
  }
}
