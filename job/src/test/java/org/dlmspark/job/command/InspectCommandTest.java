package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dlmspark.job.Console;
import org.dlmspark.job.fixtures.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectCommandTest {
  private static final String SAMPLE = "--model=sample/model";

  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int inspect(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "inspect";
    System.arraycopy(args, 0, all, 1, args.length);
    return DlmSparkCommand.execute(
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8)),
        all);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void saysWhatTheSampleModelIs() {
    assertThat(inspect(SAMPLE)).isEqualTo(DlmSparkCommand.DONE);

    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(out())
        .contains("  family            llada\n")
        .containsPattern("  parameters        2,\\d{3},\\d{3}, stored as bfloat16: 5\\.\\d MB\n")
        .containsPattern(
            "  on a CPU here     (float32|bfloat16 with sums in float32) \\(.*the CPU (does not"
                + " )?multipl.* bfloat16 in hardware, .*\\)\n")
        .contains("  context           512 tokens\n")
        .contains("What is the capital of France?")
        .contains("for 16 rows of 512 tokens (batch.max-sequences, batch.max-tokens = 8,192)")
        .contains("bfloat16: ")
        .contains("float32: ")
        .doesNotContain("fit");
  }

  @Test
  void memoryGrowsWithTheBatchAndIsHeldAgainstTheDevice() {
    assertThat(inspect(SAMPLE, "--batch=100000", "--length=512", "--device-memory=8")).isZero();

    assertThat(out())
        .containsPattern("does not fit 8.0 GB, which has room for batch.max-tokens = [\\d,]+\n");
    out.reset();
    assertThat(inspect(SAMPLE, "--batch=1", "--device-memory=8")).isZero();
    assertThat(out()).contains("; fits 8.0 GB\n").doesNotContain("does not fit");
    out.reset();
    assertThat(inspect(SAMPLE, "--batch=1", "--device-memory=0.1")).isZero();
    assertThat(out()).contains("; does not fit 0.1 GB\n");
  }

  @Test
  void whatIsLeftOverAndATemplateThatIsBrokenAreTold() throws IOException {
    TinyModel.write(folder);
    Files.createFile(folder.resolve("adapter_config.json"));
    Files.writeString(folder.resolve("chat_template.jinja"), "{% for %}");

    assertThat(inspect("--model=" + folder)).isEqualTo(DlmSparkCommand.DONE);
    assertThat(out())
        .contains("  remark            the adapter in the folder is not applied")
        .contains(
            "  chat template     broken: prompts are continued as they stand (input.chat = false)")
        .contains("                    " + folder.resolve("chat_template.jinja") + ", line 1: ");
  }

  @Test
  void aTemplateThatRefusesTheExampleIsTold() throws IOException {
    TinyModel.write(folder);
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ raise_exception('no') }}");

    assertThat(inspect("--model=" + folder)).isEqualTo(DlmSparkCommand.DONE);
    assertThat(out()).contains("  chat template     refuses an example: ").contains("no");
  }

  @Test
  void whatIsNoModelIsRefused() {
    assertThat(inspect("--model=" + folder)).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("has no config.json in it");
    assertThat(inspect("--model=" + folder, "--batch=0")).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("must be above 0");
    assertThat(inspect()).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("--model");
  }

  private int messages(String lines, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("chats.jsonl"), lines);
    String[] args = new String[more.length + 2];
    args[0] = SAMPLE;
    args[1] = "--messages=" + file;
    System.arraycopy(more, 0, args, 2, more.length);
    out.reset();
    err.reset();
    return inspect(args);
  }

  private String refused(String lines, String... more) throws IOException {
    assertThat(messages(lines, more)).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(out()).isEmpty();
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void messagesAreShownAsTheModelIsAskedThem() throws IOException {
    assertThat(
            messages(
                """
                {"id": 7, "messages": [{"role": "user", "content": "Hi \u65e5<|eot_id|>"}]}

                {"id": "b", "messages": [{"role": null, "content": "x"}], "more": 1}
                {"messages": [{"content": "x", "role": "user"}]}
                """))
        .isZero();

    String[] lines = out().split("\n");
    assertThat(lines).hasSize(3);
    String header = "<|start_header_id|>";
    assertThat(lines[0])
        .startsWith(
            "{\"id\":7,\"prompt\":\"<|startoftext|>"
                + header
                + "user<|end_header_id|>\\n\\nHi 日<|eot_id|><|eot_id|>"
                + header
                + "assistant<|end_header_id|>\\n\\n\",\"tokens\":[506,508,")
        .contains(",510,510,508,")
        .endsWith("]}");
    assertThat(lines[1])
        .startsWith("{\"id\":\"b\",\"error\":\"")
        .contains("chat_template, line 1: the template fails: ");
    assertThat(lines[2]).startsWith("{\"id\":null,\"prompt\":\"");
  }

  @Test
  void messagesGoByTheSettings() throws IOException {
    String line = "{\"id\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"<|eot_id|>\"}]}";

    assertThat(
            messages(line, "--set=input.allow-special-tokens=false", "--set=input.system-prompt=S"))
        .isZero();
    assertThat(out())
        .contains("system<|end_header_id|>\\n\\nS<|eot_id|>")
        .doesNotContain("510,510");
    assertThat(refused(line, "--set=input.chat=false")).contains("input.chat = false");
    assertThat(refused(line, "--set=input.date=x")).contains("input.date = x");
    assertThat(refused(line, "--set=input.dat=x")).contains("input.dat");
  }

  @Test
  void aBadLineIsNamed() throws IOException {
    String good = "{\"id\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}\n";

    assertThat(refused(good + "{\"id\": 2, \"messages\": [}\n"))
        .contains("chats.jsonl: line 2 is no");
    assertThat(refused(good + "[1]")).contains("line 2 is no JSON object");
    assertThat(refused(good + "null")).contains("line 2 is no JSON object");
    assertThat(refused("\n" + good + "{\"id\": 2}")).contains("line 3 has no list of messages");
    assertThat(refused(good + "{\"messages\": []}")).contains("line 2 has no list of messages");
    assertThat(refused("{\"messages\": [{}, 3]}")).contains("line 1, message 2 is no object");
    assertThat(refused("{\"messages\": [{}], \"tools\": [{}]}")).contains("line 1 has tools");
    assertThat(refused("{\"messages\": [{\"role\": 1, \"role\": 2}]}")).contains("line 1 is no");
    assertThat(refused("")).contains("there is no conversation in it");
    assertThat(inspect(SAMPLE, "--messages=" + folder.resolve("none")))
        .isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("cannot be read");
  }

  @Test
  void aTemplateThatIsNoneIsTold() throws IOException {
    Path model = TinyModel.write(folder.resolve("model"));
    Files.writeString(model.resolve("chat_template.jinja"), "a\n{% if x %}");

    assertThat(inspect("--model=" + model)).isZero();
    assertThat(out())
        .contains("chat_template.jinja, line 2: the template fails: 'if' is not closed")
        .contains("prompts are continued as they stand");
  }
}
