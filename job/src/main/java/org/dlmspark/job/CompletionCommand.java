package org.dlmspark.job;

import java.util.concurrent.Callable;
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
    versionProvider = DlmSparkCommand.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footerHeading = "%nExample, for ~/.bashrc:%n",
    footer = "  source <(/opt/dlm-spark/submit.sh completion)")
final class CompletionCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  private final Console console;

  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    console.say(AutoComplete.bash("submit.sh", spec.parent().commandLine()));
    return DlmSparkCommand.DONE;
  }
}
