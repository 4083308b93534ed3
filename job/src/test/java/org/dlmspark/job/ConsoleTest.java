package org.dlmspark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dlmspark.job.Console.Line;
import org.junit.jupiter.api.Test;

class ConsoleTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console = new Console(stream(out), stream(err));

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  void whateverStandsInATextItTakesOneLine() {
    String id = "a\nb\u001b[31m\0";
    console.block("Done " + id, List.of(Line.of("slowest rows", "%s: 5 ms", id)));
    console.say("Wave " + id);
    console.error("row " + id);
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "Done a\\nb\\u001b[31m\\u0000",
            "  slowest rows      a\\nb\\u001b[31m\\u0000: 5 ms",
            "Wave a\\nb\\u001b[31m\\u0000");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("dlm-spark: row a\\nb\\u001b[31m\\u0000\n");
  }

  @Test
  void afterTheLastWordNothingIsPrinted() {
    PrintStream bar = console.barBegins();
    console.lastWord("interrupted");
    bar.print("rows 5%");
    console.error("the input cannot be read: SparkContext was shut down");
    console.say("Wave 2");
    assertThat(err.toString(StandardCharsets.UTF_8)).endsWith("dlm-spark: interrupted\n");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
