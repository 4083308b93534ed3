package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dlmspark.job.Console;
import org.dlmspark.job.fixtures.FakeGenerator;
import org.dlmspark.job.settings.SettingsSources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What pages and help texts show can be copied: bash takes it, and so does the command line. */
class ExamplesTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern FENCE = Pattern.compile("(?ms)^ *```\\w*\n(.*?)^ *```$");

  /** A command with the lines that it goes on in. */
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^ *((?:\\./)?submit\\.sh\\b(?:.*\\\\\n)*.*)$");

  private static final Set<String> KEYS =
      SettingsSources.leaves(SettingsSources.reference()).keySet();

  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  private static CommandLine line() {
    return DlmSparkCommand.line(new Console(NOWHERE, NOWHERE), FakeGenerator::new);
  }

  static List<String> examples() throws IOException {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
      for (Path page :
          Stream.concat(
                  Stream.of(ROOT.resolve("README.md")),
                  pages.filter(file -> file.toString().endsWith(".md")))
              .toList()) {
        FENCE.matcher(Files.readString(page)).results().forEach(fence -> texts.add(fence.group(1)));
      }
    }
    CommandLine main = line();
    texts.add(main.getUsageMessage(CommandLine.Help.Ansi.OFF));
    main.getSubcommands()
        .values()
        .forEach(each -> texts.add(each.getUsageMessage(CommandLine.Help.Ansi.OFF)));
    return texts.stream()
        .flatMap(text -> COMMAND.matcher(text).results())
        .map((MatchResult command) -> command.group(1))
        .distinct()
        .toList();
  }

  /** The words that bash makes of a command. */
  private static List<String> words(String command) throws IOException, InterruptedException {
    String words = command.replaceFirst("^(\\./)?submit\\.sh", "printf '%s\\\\0' submit.sh");
    Process bash =
        new ProcessBuilder("bash", "-euc", words)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(command).isZero();
    List<String> all = new ArrayList<>(List.of(said.split("\0", -1)));
    all.remove(all.size() - 1);
    return all;
  }

  @ParameterizedTest
  @MethodSource("examples")
  void canBeCopied(String command) throws IOException, InterruptedException {
    List<String> words = words(command);
    List<String> args = words.subList(Math.max(1, words.indexOf("--") + 1), words.size());
    assertThatCode(() -> line().parseArgs(args.toArray(String[]::new)))
        .as(command)
        .doesNotThrowAnyException();
    for (int i = 1; i < args.size(); i++) {
      if (args.get(i - 1).equals("--set")) {
        String key = args.get(i).replaceFirst("=.*", "");
        assertThat(KEYS.contains(key) || key.startsWith("input.options.")).as(command).isTrue();
      }
    }
  }
}
