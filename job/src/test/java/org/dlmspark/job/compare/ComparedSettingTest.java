package org.dlmspark.job.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.input.Answers;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arithmetic of a comparison, on rows made up by hand. */
class ComparedSettingTest {

  private static SparkSession spark;

  @BeforeAll
  static void startSpark() {
    spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config(new HashMap<>(Sessions.QUERIES))
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate();
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  /**
   * Rows as a setting writes them.
   *
   * @param values {@code (id, answer, completion, token_ids, completion_tokens, positions, passes,
   *     compute_ms, error code)} each, in SQL
   */
  private static Dataset<Row> rows(String... values) {
    return spark.sql(
        """
        SELECT id, answer, completion, token_ids,
               if(code IS NULL, 'stop', 'error') AS finish_reason,
               if(code IS NULL, NULL, named_struct('code', code, 'message', 'no good')) AS error,
               named_struct('completion_tokens', tokens, 'positions_computed', bigint(positions),
                            'forward_passes', passes) AS usage,
               named_struct('compute_ms', double(ms)) AS timing,
               named_struct('executor', 'e' || id, 'device', 'cpu') AS origin
        FROM VALUES %s AS t(id, answer, completion, token_ids, tokens, positions, passes, ms, code)
        """
            .formatted(String.join(", ", values)));
  }

  private static ComparedSetting read(Dataset<Row> rows, Dataset<Row> baseline, String answers) {
    return ComparedSetting.read(
        new CompareGrid.Entry("a", new GenerationSettingsBuilder().build(), null, Set.of(), "text"),
        rows,
        baseline,
        List.of("id"),
        new JobSettings.Check(answers, Pattern.compile("#(\\d+)")));
  }

  private static final String[] BASELINE = {
    "(1, '1', '#1', array(5, 6, 7, 9, 9), 3, 100, 4, 500.0, string(null))",
    "(2, '2', '#2', array(5, 6), 2, 100, 4, 500.0, null)",
    "(3, '3', '', array(9), 0, 100, 4, 500.0, null)",
    "(4, '4', '#4', array(5, 6, 7, 8), 4, 100, 4, 400.0, null)",
    "(5, '5', null, null, 0, 0, 0, 0.0, 'PROMPT_TOO_LONG')"
  };

  @Test
  void theBaselineIsLikeItself() {
    Dataset<Row> rows = rows(BASELINE);
    ComparedSetting baseline = read(rows, rows, null);
    assertThat(baseline.name()).isEqualTo("a");
    assertThat(baseline.text()).isEqualTo("text");
    assertThat(baseline.totals())
        .isEqualTo(new ComparedSetting.Totals(5, 1, "PROMPT_TOO_LONG: no good", 9, 400, 16, 1.9));
    assertThat(baseline.likeness()).isEqualTo(new Likeness(4, 4, 4.0));
    assertThat(baseline.sameText()).isEqualTo(1.0);
    assertThat(baseline.sameTokens()).isEqualTo(1.0);
    assertThat(baseline.speedRatio(baseline)).isEqualTo(1.0);
    assertThat(baseline.positionsPerRow()).isEqualTo(100.0);
    assertThat(baseline.passesPerRow()).isEqualTo(4.0);
    assertThat(baseline.answers()).isNull();
    assertThat(baseline.accuracy()).isNull();
    assertThat(baseline.origin().executors())
        .containsExactlyInAnyOrder("e1", "e2", "e3", "e4", "e5");
    assertThat(baseline.origin().devices()).containsExactly("cpu");
  }

  @Test
  void likenessIsOfTextsAndOfTokensToTheLongerEnd() {
    Dataset<Row> rows =
        rows(
            // The same, but for what is behind its end.
            "(1, '1', '#1', array(5, 6, 7, 8, 8), 3, 50, 2, 100.0, string(null))",
            // Two of four places.
            "(2, '7', '#2', array(5, 6, 7, 8), 4, 50, 2, 100.0, null)",
            // Nothing where the baseline has nothing.
            "(3, null, '', array(9), 0, 50, 2, 100.0, null)",
            // Failed where the baseline did not; its time counts, its positions do not.
            "(4, '4', null, null, 0, 30, 1, 100.0, 'DECODE_FAILED')",
            // Completed where the baseline failed: held against nothing.
            "(5, '#5', 'it is #5', array(5), 1, 50, 2, 100.0, null)");
    ComparedSetting setting = read(rows, rows(BASELINE), "answer");
    assertThat(setting.totals())
        .isEqualTo(new ComparedSetting.Totals(5, 1, "DECODE_FAILED: no good", 8, 200, 8, 0.5));
    assertThat(setting.likeness()).isEqualTo(new Likeness(4, 3, 2.5));
    assertThat(setting.sameText()).isEqualTo(0.75);
    assertThat(setting.sameTokens()).isEqualTo(0.625);
    assertThat(setting.answers()).isEqualTo(new Answers(2, 4));
    assertThat(setting.accuracy()).isEqualTo(0.5);
    assertThat(setting.tokensPerSecond()).isEqualTo(16.0);
    ComparedSetting baseline = read(rows(BASELINE), rows(BASELINE), null);
    assertThat(setting.speedRatio(baseline)).isCloseTo(16 / (9 / 1.9), within(1e-9));
    assertThat(setting.positionsPerRow()).isEqualTo(50.0);
    assertThat(setting.passesPerRow()).isEqualTo(2.0);
  }

  @Test
  void whereNothingWasDecodedThereAreNoShares() {
    Dataset<Row> rows =
        rows("(1, string(null), string(null), cast(null as array<int>), 0, 0, 0, 0.0, 'X')");
    ComparedSetting setting = read(rows, rows, "answer");
    assertThat(setting.totals().errors()).isEqualTo(1);
    assertThat(setting.tokensPerSecond()).isNull();
    assertThat(setting.speedRatio(setting)).isNull();
    assertThat(setting.positionsPerRow()).isNull();
    assertThat(setting.passesPerRow()).isNull();
    assertThat(setting.sameText()).isNull();
    assertThat(setting.sameTokens()).isNull();
    assertThat(setting.accuracy()).isNull();
  }
}
