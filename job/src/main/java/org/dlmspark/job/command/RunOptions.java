package org.dlmspark.job.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import picocli.CommandLine.Option;

/** The options that every command has: where its settings come from. */
final class RunOptions {

  @Option(names = "--config", paramLabel = "FILE", description = "Settings file, in HOCON.")
  private Path config;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      description = "The prompts; short for --set input.path=PATH.")
  private String input;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      description = "Where to write; short for --set output.path=FOLDER.")
  private String output;

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      description = "The Hugging Face folder; short for --set model.path=FOLDER.")
  private String model;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      completionCandidates = SettingKeys.class,
      description = "A setting; may be given several times. The value null unsets.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--dry-run",
      description = "Check everything and print the plan; decode nothing, write nothing.")
  private boolean dryRun;

  /** Whether to stop before decoding. */
  boolean dryRun() {
    return dryRun;
  }

  /**
   * Reads and checks the settings.
   *
   * @param more {@code key=value} each, from options of the command's own; they win
   * @return the settings
   * @throws RefusedException as {@link SettingsReader#read}
   */
  JobSettings settings(List<String> more) {
    List<String> all = new ArrayList<>(overrides);
    add(all, "input.path", input);
    add(all, "output.path", output);
    add(all, "model.path", model);
    all.addAll(more);
    return SettingsReader.read(config, all);
  }

  private static void add(List<String> all, String key, String value) {
    if (value != null) {
      all.add(key + "=" + value);
    }
  }
}
