package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.dlmspark.job.Console;
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
  void whatIsNoModelIsRefused() {
    assertThat(inspect("--model=" + folder)).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("has no config.json in it");
    assertThat(inspect("--model=" + folder, "--batch=0")).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("must be above 0");
    assertThat(inspect()).isEqualTo(DlmSparkCommand.REFUSED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("--model");
  }
}
