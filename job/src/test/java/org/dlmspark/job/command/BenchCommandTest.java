package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.dlmspark.job.Console;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
final class BenchCommandTest {
  private static final String TINY =
      "--model=random:width=64,layers=2,heads=4,mlp=96,vocab=300,context=64";

  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int bench(String... more) {
    List<String> args = new ArrayList<>(List.of("bench", "--output=" + folder.resolve("bench")));
    args.addAll(List.of(more));
    return DlmSparkCommand.execute(
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8)),
        args.toArray(new String[0]));
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("bench/bench.json").toFile());
  }

  @Test
  void measuresEveryCaseAndWritesWhatItPrints() throws IOException {
    int exit =
        bench(
            TINY,
            "--policies=none,decode",
            "--batches=1,2",
            "--prompts=8",
            "--set=generation.gen-length=16",
            "--set=generation.block-length=16",
            "--set=model.threads=1");

    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(exit).isEqualTo(DlmSparkCommand.DONE);
    JsonNode cases = json().get("cases");
    assertThat(cases).hasSize(4);
    JsonNode none = cases.get(2);
    assertThat(none.get("policy").asText()).isEqualTo("none");
    assertThat(none.get("batch").asInt()).isEqualTo(2);
    assertThat(none.get("ratio").asDouble()).isEqualTo(1);
    long repetitions = none.get("tokens").asLong() / (2 * 16);
    assertThat(none.get("positions").asLong()).isEqualTo(repetitions * 2 * 16 * (8 + 16));
    assertThat(none.get("passes").asLong()).isEqualTo(repetitions * 16);
    assertThat(json().get("subject").get("bytesPerToken").asLong()).isEqualTo(2 * 2 * 64 * 4);
    assertThat(json().get("subject").get("prompt").isNull()).isTrue(); // no template in the folder
    String printed = out.toString(StandardCharsets.UTF_8);
    assertThat(printed).contains("108,352 parameters as float32").contains("1.00x");
    String table = Files.readString(folder.resolve("bench/bench.md"));
    for (JsonNode each : cases) {
      String policy = each.get("policy").asText();
      int batch = each.get("batch").asInt();
      assertThat(table).contains("| 8 | " + batch + " | " + policy + " | ");
      assertThat(printed).containsPattern("\n +8 +" + batch + " +" + policy + " +[\\d,]+\\.\\d ");
    }
  }

  @Test
  void aFolderWithATemplateTellsWhatAPromptCosts() throws IOException {
    assertThat(
            bench(
                "--model=sample/model",
                "--policies=none",
                "--batches=1",
                "--prompts=1",
                "--set=generation.gen-length=1",
                "--set=generation.block-length=1"))
        .isEqualTo(DlmSparkCommand.DONE);

    JsonNode prompt = json().get("subject").get("prompt");
    assertThat(prompt.get("renderNanos").asLong()).isPositive();
    assertThat(prompt.get("encodeNanos").asLong()).isPositive();
    assertThat(prompt.get("tokens").asInt()).isGreaterThan(20);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern(
            "  a short chat +[\\d.]+ microseconds to render, [\\d.]+ until it is \\d+ tokens");
  }

  @Test
  void saysWhichCasesItLeftOut() throws IOException {
    assertThat(
            bench(
                TINY,
                "--policies=none",
                "--batches=1,4096",
                "--prompts=1",
                "--time-limit=5",
                "--set=generation.gen-length=63",
                "--set=generation.block-length=63"))
        .isEqualTo(DlmSparkCommand.DONE);

    assertThat(json().get("cases").get(0).get("left_out").asBoolean()).isFalse();
    JsonNode large = json().get("cases").get(1);
    assertThat(large.get("left_out").asBoolean()).isTrue();
    assertThat(large.get("positions").asLong()).isEqualTo(4096L * 63 * 64);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("left out");
  }

  @ParameterizedTest
  @CsvSource({
    "--policies=fast, '--policies fast: must be among none, decode, greedy'",
    "--batches=0, '--prompts and --batches must be numbers from 1'",
    "--prompts=60, together more than the model's 64 tokens",
    "--model=random:width=3, heads = null",
    "--model=/no/such/folder, model.path = /no/such/folder does not exist",
    "--set=cache.refresh-interval=0, 'cache.refresh-interval = 0: must be at least 1'",
    "--set=batch.size=3, unknown setting batch.size",
  })
  void whatCannotBeMeasuredIsRefused(String argument, String message) {
    String[] args =
        argument.startsWith("--model") ? new String[] {argument} : new String[] {TINY, argument};

    assertThat(bench(args)).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
    assertThat(folder.resolve("bench")).doesNotExist();
  }

  private Path recorded() {
    Path steps = folder.resolve("steps.safetensors");
    assertThat(
            bench(
                TINY,
                "--policies=none,decode",
                "--batches=2",
                "--prompts=8",
                "--set=generation.gen-length=16",
                "--set=generation.block-length=16",
                "--set=model.threads=1",
                "--record=" + steps))
        .as(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(DlmSparkCommand.DONE);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("  steps             " + steps);
    assertThat(steps.resolveSibling("steps.safetensors.part")).doesNotExist();
    out.reset();
    return steps;
  }

  private int replay(String... args) {
    return DlmSparkCommand.execute(
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8)),
        args);
  }

  @Test
  void whatWasRecordedIsComputedAgain() {
    Path steps = recorded();

    assertThat(replay("bench", "--replay=" + steps, TINY, "--set=model.threads=1"))
        .as(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(DlmSparkCommand.DONE);

    // 16 + 15 + ... + 1 candidates of each of two sequences, once: repetitions are not recorded.
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("32 steps of random:width=64", "on cpu in float32")
        .containsPattern("\nnone, batch 2, prompt 8 +16 +768 +272 of 272 +0.0e\\+00 +[\\d.]+")
        .containsPattern("\ndecode, batch 2, prompt 8 +16 +364 +272 of 272 +0.0e\\+00 +[\\d.]+");
    assertThat(steps.resolveSibling("bench/bench.json")).exists();
  }

  @Test
  void whatCannotBeRecordedOrReplayedIsRefused() throws IOException {
    Path steps = recorded();
    assertThat(replay("bench", "--replay=" + steps, TINY, "--batches=1"))
        .isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(replay("bench", "--replay=" + steps, TINY.replace("layers=2", "layers=3")))
        .isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(replay("bench", "--record=" + steps, TINY)).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(
            replay(
                "bench",
                "--record=" + folder.resolve("large"),
                TINY,
                "--policies=none",
                "--prompts=32",
                "--batches=8000",
                "--set=generation.gen-length=32",
                "--set=generation.block-length=32"))
        .isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(folder.resolve("large")).doesNotExist();
    Files.write(steps, new byte[] {0}, StandardOpenOption.APPEND);
    assertThat(replay("bench", "--replay=" + steps, TINY)).isEqualTo(DlmSparkCommand.REFUSED);

    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("--batches cannot go with --replay, which takes"),
            line ->
                assertThat(line)
                    .contains("--replay " + steps + " was recorded with a model of another shape")
                    .contains("layers=2"),
            line -> assertThat(line).contains("--record " + steps + " is there already"),
            line ->
                assertThat(line)
                    .contains("the steps of these cases take ")
                    .contains("choose fewer --policies, --batches or --prompts"),
            line -> assertThat(line).contains("--replay " + steps + ": ").contains("again"));
  }
}
