package org.dlmspark.job.command;

import java.util.concurrent.Callable;
import org.dlmspark.job.Console;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code completion}: completes commands, options and settings in a shell. */
@Command(
    name = "completion",
    description =
        "Prints a script by which bash, or zsh with bashcompinit, completes the commands, options"
            + " and settings of submit.sh.",
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footerHeading = "%nExample, for ~/.bashrc:%n",
    footer = "  source <(/opt/dlm-spark/submit.sh completion)")
final class CompletionCommand implements Callable<Integer> {

  /** Bash takes = for the end of a word; what follows it is no command. */
  private static final String AFTER_EQUALS =
      """
      function _complete_dlm_spark() {
        [[ ${COMP_WORDS[COMP_CWORD]} == = || ${COMP_WORDS[COMP_CWORD-1]} == = ]] && return
        %1$s
      }
      complete -F _complete_dlm_spark -o default submit.sh
      """;

  @Spec private CommandSpec spec;

  private final Console console;

  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    console.out().println(script(AutoComplete.bash("submit.sh", spec.parent().commandLine())));
    return DlmSparkCommand.DONE;
  }

  /**
   * Picocli's script without its advice for packagers, and with the shell's own completion, which
   * is of paths, wherever the script has none.
   */
  private static String script(String generated) {
    String function = generated.replaceAll("(?s).*complete -F (\\S+) .*", "$1");
    return "# Completes the commands, options and settings of submit.sh.\n"
        + generated.replaceFirst("\\A(#.*\n)+", "").replaceAll(".*compopt \\+o default\n", "")
        + AFTER_EQUALS.formatted(function);
  }
}
