package org.dlmspark.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.prompt.FewShotExample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FewShotFileTest {
  private static final String GOOD = "{\"prompt\": \"1+1?\", \"completion\": \" 2\\n\"}";
  private static final String WANTED =
      "; write {\"prompt\": \"...\", \"completion\": \"...\"} in one line";

  @TempDir Path folder;

  private List<FewShotExample> read(String content) throws IOException {
    return read(content.getBytes(StandardCharsets.UTF_8));
  }

  private List<FewShotExample> read(byte[] content) throws IOException {
    return FewShotFile.read(Files.write(file(), content).toString(), new Configuration(false));
  }

  private Path file() {
    return folder.resolve("examples.jsonl");
  }

  @Test
  void readsALineAnExample() throws IOException {
    String other = "{\"id\": 7, \"completion\": \"vier\", \"prompt\": \"zwei\u2028und zwei\"}";
    assertThat(read(GOOD + "\r\n\n  \n" + other))
        .containsExactly(
            new FewShotExample("1+1?", " 2\n"), new FewShotExample("zwei\u2028und zwei", "vier"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"prompt\": \"a\"} | completion is missing",
        "{\"prompt\": 5, \"completion\": \"b\"} | prompt is not a text but 5",
        "{\"prompt\": \"a\", \"completion\": null} | completion is not a text but null",
        "{\"prompt\": \" \", \"completion\": \"b\"} | prompt is empty",
        "[\"a\", \"b\"] | prompt is missing",
        "\"a\" | prompt is missing",
      })
  void whatIsNoExampleIsRefusedWithItsLine(String line, String what) {
    assertThatThrownBy(() -> read(GOOD + "\n\n" + line + "\n"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("input.few-shot = " + file() + ", line 3: " + what + WANTED);
  }

  @Test
  void brokenJsonIsRefusedWithItsLine() {
    for (String line :
        List.of("{", "prompt: a", GOOD + GOOD, "{\"prompt\": \"a\", \"prompt\":1}")) {
      assertThatThrownBy(() -> read(GOOD + "\n" + line))
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("input.few-shot = " + file() + ", line 2: is not JSON: ")
          .hasMessageEndingWith(WANTED);
    }
  }

  @Test
  void aFileThatCannotBeReadIsRefused() throws IOException {
    Configuration hadoop = new Configuration(false);
    assertThatThrownBy(() -> FewShotFile.read(file().toString(), hadoop))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("input.few-shot = " + file() + ": there is no such file");
    assertThatThrownBy(() -> FewShotFile.read(folder.toString(), hadoop))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("input.few-shot = " + folder);
    assertThatThrownBy(() -> FewShotFile.read("nowhere://a/b", hadoop))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("input.few-shot = nowhere://a/b cannot be read");
    assertThatThrownBy(() -> read("\n \n"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("input.few-shot = " + file() + " holds no example: set it to null for none");
    assertThatThrownBy(() -> read(new byte[] {'{', (byte) 0xff}))
        .isInstanceOf(RefusedException.class)
        .hasMessage("input.few-shot = " + file() + " is not text in UTF-8: write it so");
  }

  @Test
  void aFileThatIsTooLongIsRefused() throws IOException {
    String rest = "\n" + " ".repeat(FewShotFile.MOST_BYTES - GOOD.length() - 1);
    assertThat(read(GOOD + rest)).hasSize(1);
    assertThatThrownBy(() -> read(GOOD + rest + " "))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(" has more than 1,048,576 bytes: ");
  }

  @Test
  void theDigestTellsExamplesApart() {
    FewShotExample a = new FewShotExample("a", "b");
    FewShotExample b = new FewShotExample("a", " b");
    assertThat(FewShotFile.digest(List.of(a)))
        .isEqualTo(FewShotFile.digest(List.of(new FewShotExample("a", "b"))))
        .startsWith("1 of digest ")
        .isNotEqualTo(FewShotFile.digest(List.of(b)));
    assertThat(FewShotFile.digest(List.of(a, b))).isNotEqualTo(FewShotFile.digest(List.of(b, a)));
  }
}
