package org.dlmspark.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.SettingsReader;
import org.dlmspark.udf.RowCheck.Checked;
import org.dlmspark.udf.checkpoint.Attention;
import org.dlmspark.udf.checkpoint.AuthorsSchedule;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.service.Completion.Failure;
import org.dlmspark.udf.service.ErrorCode;
import org.junit.jupiter.api.Test;

class OutlookTest {

  private static final int CONTEXT = 1024;

  private static final ModelConfig MODEL =
      new ModelConfig(
          "llada",
          8,
          1,
          2,
          2,
          4,
          4,
          8,
          16,
          CONTEXT,
          10000,
          1e-5,
          NumberType.FLOAT32,
          15,
          Set.of(14),
          false,
          AuthorsSchedule.EVEN,
          Attention.FULL,
          null);

  private static Outlook.Seen fine(int tokens) {
    return new Outlook.Seen("r" + tokens, new Checked(tokens, 896, 128, tokens + 128, 1, null));
  }

  private static Outlook.Seen tooLong(int tokens, long room, int genLength, int branches) {
    return new Outlook.Seen(
        "r" + tokens,
        new Checked(
            tokens,
            room,
            genLength,
            tokens + genLength,
            branches,
            new Failure(ErrorCode.PROMPT_TOO_LONG, "too long")));
  }

  private static Outlook.Seen refused(String id, ErrorCode code, String message) {
    return new Outlook.Seen(id, new Checked(0, 0, 0, 0, 0, new Failure(code, message)));
  }

  private static List<Outlook.Seen> times(int count, Outlook.Seen row) {
    return IntStream.range(0, count).mapToObj(i -> row).toList();
  }

  private static OutlookLines lines(Outlook outlook, String... overrides) {
    List<String> all = new ArrayList<>(List.of("input.path=in", "output.path=out", "model.path=m"));
    all.addAll(List.of(overrides));
    return new OutlookLines(outlook, SettingsReader.read(null, all), MODEL);
  }

  private static List<String> failures(Outlook outlook, String... overrides) {
    return lines(outlook, overrides).all().stream()
        .filter(line -> !line.label().equals("prompt tokens"))
        .map(Line::value)
        .toList();
  }

  @Test
  void lengthsAreThoseOfThePromptsThatHaveTokens() {
    List<Outlook.Seen> seen = new ArrayList<>();
    IntStream.of(50, 10, 40, 20, 30).forEach(tokens -> seen.add(fine(tokens)));
    seen.add(refused("e", ErrorCode.PROMPT_EMPTY, "empty"));
    assertThat(lines(Outlook.of(6, seen)).all().get(0))
        .isEqualTo(
            new Line(
                "prompt tokens",
                "least 10, 25% 20, median 30, 75% 40, most 50, of the 6 rows to do"));
    assertThat(lines(Outlook.of(1_000_000, seen)).all().get(0).value())
        .endsWith("most 50, of 6 rows looked at, spread over the 1,000,000 to do");
  }

  @Test
  void nothingToDoIsNoOutlook() {
    OutlookLines none = lines(Outlook.of(0, List.of()));
    assertThat(none.all()).isEmpty();
    none.refuseHopeless(0);
  }

  @Test
  void aPromptTooLongForTheModelIsToldWhatWouldFit() {
    List<Outlook.Seen> seen =
        List.of(fine(10), tooLong(900, 896, 128, 1), tooLong(1000, 896, 128, 1));
    assertThat(failures(Outlook.of(3, seen)))
        .containsExactly(
            "2 PROMPT_TOO_LONG, such as id r1000: its prompt has 1,000 tokens, and"
                + " generation.gen-length = 128 leaves 896 of the model's context of 1,024: lower"
                + " that to 24 or less, or shorten the prompt");
    // No length of completion would do.
    assertThat(failures(Outlook.of(1, List.of(tooLong(1024, 896, 128, 1))), "input.few-shot=few"))
        .containsExactly(
            "1 PROMPT_TOO_LONG, such as id r1024: its prompt has 1,024 tokens, and"
                + " generation.gen-length = 128 leaves 896 of the model's context of 1,024: shorten"
                + " the prompt or the examples of input.few-shot");
    assertThat(failures(Outlook.of(1, List.of(tooLong(600, 512, 512, 1)))).get(0))
        .contains("and column gen_length = 512 leaves 512 of");
  }

  @Test
  void aPromptTooLongForABatchIsAnotherMatter() {
    List<Outlook.Seen> seen =
        List.of(tooLong(500, 122, 128, 2), tooLong(600, 122, 128, 2), tooLong(1000, 122, 128, 2));
    assertThat(failures(Outlook.of(3, seen), "batch.max-tokens=500"))
        .containsExactly(
            "1 PROMPT_TOO_LONG, such as id r1000: its prompt has 1,000 tokens, and"
                + " generation.gen-length = 128 leaves 896 of the model's context of 1,024: lower"
                + " that to 24 or less, or shorten the prompt",
            "2 PROMPT_TOO_LONG, such as id r600: its prompt has 600 tokens, and batch.max-tokens ="
                + " 500 has room for 122 beside generation.gen-length = 128, each token twice for"
                + " guidance: raise batch.max-tokens to 1456 or more, or shorten the prompt");
  }

  @Test
  void otherErrorsComeWithTheirOwnWordsAndTheSettingThatTheyComeFrom() {
    List<Outlook.Seen> seen =
        List.of(
            refused("a", ErrorCode.PROMPT_EMPTY, "column prompt is null in this row"),
            refused("b", ErrorCode.PROMPT_INVALID, "the template\nrefuses"),
            refused("c", ErrorCode.SETTING_INVALID, "column steps = 0"));
    assertThat(failures(Outlook.of(3, seen)))
        .containsExactly(
            "1 PROMPT_EMPTY, such as id a: column prompt is null in this row (input.prompt-column ="
                + " prompt says where prompts are)",
            "1 PROMPT_INVALID, such as id b: the template refuses (input.prompt-column = prompt,"
                + " put into the model's chat template by input.chat = true)",
            "1 SETTING_INVALID, such as id c: column steps = 0 (input.row-settings = false heeds no"
                + " such column)");
    assertThat(failures(Outlook.of(3, seen), "input.chat=false").get(1))
        .endsWith("the template refuses (input.prompt-column = prompt)");
    assertThat(failures(Outlook.of(30_000, times(300, seen.get(0)))).get(0))
        .startsWith("300 of 300 PROMPT_EMPTY, such as id a: ");
  }

  @Test
  void aRunThatWillStopIsToldSo() {
    List<Outlook.Seen> seen = new ArrayList<>(times(240, fine(1)));
    Outlook.Seen bad = refused("a", ErrorCode.PROMPT_EMPTY, "empty");
    seen.addAll(times(60, bad));
    assertThat(failures(Outlook.of(300, seen))).hasSize(1);
    seen.add(bad);
    assertThat(failures(Outlook.of(301, seen)))
        .last()
        .isEqualTo(
            "20.3% of them, more than job.max-error-share = 0.2: the run will stop after a wave");
    assertThat(failures(Outlook.of(301, seen), "job.max-error-share=1")).hasSize(1);
    assertThat(failures(Outlook.of(2, List.of(fine(1), bad)))).hasSize(1);
  }

  @Test
  void nothingButErrorsIsRefused() {
    Outlook.Seen bad = refused("a", ErrorCode.PROMPT_EMPTY, "empty");
    assertThatThrownBy(() -> lines(Outlook.of(2, times(2, bad))).refuseHopeless(0))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(
            "every one of the 2 rows to do would have an error: 2 PROMPT_EMPTY, such as id a: ");
    assertThat(Outlook.of(2, List.of(bad, fine(1))).isHopeless(0)).isFalse();
    // A run that goes on does what it would have done without the interruption.
    assertThat(Outlook.of(2, times(2, bad)).isHopeless(1)).isFalse();
    assertThat(Outlook.of(300, times(300, bad)).isHopeless(1)).isTrue();
    // A few of many say little.
    assertThat(Outlook.of(1000, times(100, bad)).isHopeless(0)).isFalse();
    assertThat(Outlook.of(1000, times(200, bad)).isHopeless(0)).isTrue();
  }
}
