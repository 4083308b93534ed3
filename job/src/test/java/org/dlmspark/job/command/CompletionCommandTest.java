package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dlmspark.job.Console;
import org.dlmspark.job.fixtures.FakeGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bash completes with the script, by bash itself. */
class CompletionCommandTest {

  @TempDir Path folder;

  /** The words that bash offers for the last one of a command line. */
  private List<String> offered(String... words) throws IOException, InterruptedException {
    ByteArrayOutputStream script = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(script, true, StandardCharsets.UTF_8), System.err);
    assertThat(DlmSparkCommand.execute(console, FakeGenerator::new, "completion")).isZero();
    Path file = Files.write(folder.resolve("completion"), script.toByteArray());
    String line = "./submit.sh " + String.join(" ", words);
    String program =
        "compopt() { :; }; source " // which bash only has while it completes
            + file
            + "; COMP_LINE='"
            + line
            + "'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=("
            + line
            + (words[words.length - 1].isEmpty() ? " ''" : "")
            + "); COMP_CWORD="
            + words.length
            + "; spec=$(complete -p submit.sh); spec=${spec#*-F }; ${spec%% *}"
            + "; printf '%s\\n' \"${COMPREPLY[@]}\"";
    Path out = folder.resolve("out");
    Process bash =
        new ProcessBuilder("bash", "-c", program)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return Files.readAllLines(out).stream().map(String::strip).toList();
  }

  @Test
  void commandsOptionsAndSettings() throws IOException, InterruptedException {
    assertThat(offered("in")).containsExactly("inspect");
    assertThat(offered("--co")).containsExactly("--config");
    assertThat(offered("report", "--o")).containsExactly("--output");
    assertThat(offered("--set", "generation.ste"))
        .containsExactly("generation.steps=", "generation.steps-per-block=");
    assertThat(offered("compare", "--set", "cache.po")).containsExactly("cache.policy=");
    // Nothing, so that the shell completes paths.
    assertThat(offered("--model", "jo")).containsExactly("");
    assertThat(offered("--set", "input.path", "=", "jo")).containsExactly("");
  }
}
