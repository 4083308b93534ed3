package org.dlmspark.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.compare.ComparedSetting.Origin;
import org.dlmspark.job.compare.ComparedSetting.Totals;
import org.dlmspark.job.input.Answers;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {

  private static final Origin ORIGIN = new Origin(Set.of("driver"), Set.of("cpu"));

  private static final ComparedSetting NONE =
      new ComparedSetting(
          "none",
          "cache.policy = none",
          new Totals(65, 1, "PROMPT_EMPTY: it is", 6_400, 158_720, 2_048, 20.0),
          new Likeness(64, 64, 64),
          new Answers(63, 64),
          ORIGIN);

  private static final ComparedSetting DECODE =
      new ComparedSetting(
          "decode 8, threshold 0.9",
          "cache.policy = decode",
          new Totals(65, 1, "PROMPT_EMPTY: it is", 6_000, 53_184, 2_048, 10.0),
          new Likeness(64, 58, 62.4),
          new Answers(62, 64),
          ORIGIN);

  private static final ComparedSetting FAILED =
      new ComparedSetting(
          "failed",
          "",
          new Totals(65, 65, "DECODE_FAILED: NaN", 0, 0, 0, 0),
          new Likeness(64, 0, 0),
          new Answers(0, 64),
          ORIGIN);

  @Test
  void linesOfTheConsoleAreAligned() {
    ComparisonTable table = new ComparisonTable(23, true);
    assertThat(table.header())
        .isEqualTo(
            "setting                  tokens/s    ratio    positions    a row  passes  same text"
                + "  same tokens   right  errors");
    assertThat(table.line(NONE, NONE))
        .isEqualTo(
            "none                        320.0    1.00x      158,720    2,480    32.0     100.0%"
                + "       100.0%   98.4%       1");
    assertThat(table.line(DECODE, NONE))
        .isEqualTo(
            "decode 8, threshold 0.9     600.0    1.88x       53,184      831    32.0      90.6%"
                + "        97.5%   96.9%       1");
    assertThat(table.line(FAILED, NONE))
        .isEqualTo(
            "failed                          -        -            0        -       -       0.0%"
                + "         0.0%    0.0%      65");
  }

  /** A name of the greatest length and numbers of a large run. */
  @Test
  void linesFitAConsole() {
    ComparisonTable table = new ComparisonTable(30, true);
    assertThat(table.header()).hasSizeLessThanOrEqualTo(120);
  }

  @Test
  void answersStandThereOnlyIfAsked() {
    ComparisonTable table = new ComparisonTable(4, false);
    assertThat(table.header()).doesNotContain("right");
    assertThat(table.markdown(List.of(NONE))).doesNotContain("right").doesNotContain("98.4");
    assertThat(table.legend("none")).extracting(Line::label).doesNotContain("right");
  }

  @Test
  void markdown() {
    assertThat(new ComparisonTable(23, true).markdown(List.of(NONE, DECODE)))
        .isEqualTo(
            """
            | setting | tokens/s | ratio | positions | a row | passes | same text | same tokens | right | errors |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | none | 320.0 | 1.00x | 158,720 | 2,480 | 32.0 | 100.0% | 100.0% | 98.4% | 1 |
            | decode 8, threshold 0.9 | 600.0 | 1.88x | 53,184 | 831 | 32.0 | 90.6% | 97.5% | 96.9% | 1 |
            """);
  }

  @Test
  void theReportSaysWhatWasComparedAndWhatTheSettingsAre() {
    CompareGrid.Entry entry =
        new CompareGrid.Entry(
            "none", new GenerationSettingsBuilder().build(), null, Set.of(), "cache.policy = none");
    String report =
        ComparisonReport.markdown(
            new ComparisonTable(4, true),
            new CompareGrid("the default grid", "generation.threshold = null", List.of(entry)),
            List.of(NONE),
            List.of(new Line("model", "m: llada"), new Line("date", "today")));
    assertThat(report)
        .startsWith(
            "# Settings compared\n\n- model: m: llada\n- date: today\n\n| setting | tokens/s")
        .contains("\n| none | 320.0 | 1.00x |")
        .contains("- tokens/s: completion tokens for each second that a decoder was busy")
        .contains("(generation.threshold = null where they do not say otherwise)")
        .endsWith("| setting | |\n| --- | --- |\n| none | cache.policy = none |\n");
  }

  @Test
  void rowsHaveTheSchemasColumns() {
    List<Row> rows = ComparisonTable.rows(List.of(NONE, FAILED));
    assertThat(rows).allMatch(row -> row.length() == ComparisonTable.SCHEMA.length());
    assertThat(rows.get(0).toString())
        .isEqualTo(
            "[none,cache.policy = none,true,65,1,6400,20.0,320.0,1.0,158720,2480.0,32.0,1.0,1.0,63,"
                + "64,0.984375]");
    assertThat(rows.get(1).toString())
        .isEqualTo("[failed,,false,65,65,0,0.0,null,null,0,null,null,0.0,0.0,0,64,0.0]");
  }
}
