package org.dlmspark.job.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;

/**
 * What is to be measured, and on what.
 *
 * @param model a Hugging Face folder, or the shape of a random model
 * @param cases the cases
 * @param fitting whether cases of a policy that has no meaning for the model are left out; else
 *     they are refused
 * @param timeLimit seconds that a case may take, as its positions say; 0 for any time
 * @param overrides settings of generation, cache or model, {@code key=value} each
 * @param output the folder for what was found
 * @param record the file for the steps, or null
 */
public record BenchPlan(
    String model,
    BenchCases cases,
    boolean fitting,
    int timeLimit,
    List<String> overrides,
    Path output,
    Path record) {

  /** What a measure is made with, where nothing else is said. */
  private static final List<String> SETTINGS =
      List.of("generation.gen-length=64", "cache.refresh-interval=8");

  /**
   * Reads the settings.
   *
   * @param folder the model's
   * @return a job's settings, of which those of input and output mean nothing
   * @throws RefusedException as {@link SettingsReader#read}
   */
  JobSettings settings(String folder) {
    return settings(folder, overrides, output);
  }

  /** As above, for any measure. */
  static JobSettings settings(String folder, List<String> overrides, Path output) {
    List<String> all = new ArrayList<>(SETTINGS);
    all.addAll(overrides);
    all.add("model.path=" + folder);
    // A job must have prompts; a measure makes its own.
    all.add("input.path=none");
    all.add("output.path=" + output);
    return SettingsReader.read(null, all);
  }
}
