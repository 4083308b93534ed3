package org.dlmspark.job.input;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.decode.GenerationKey;

/** Refuses samples that would all be the same, and a search for identical rows that none can be. */
final class DrawCheck {

  /** Settings that decide whether a completion is drawn. */
  private static final Set<GenerationKey> CHANCE =
      EnumSet.of(GenerationKey.TEMPERATURE, GenerationKey.ALG_TEMP, GenerationKey.REMASKING);

  private DrawCheck() {}

  /**
   * Checks what is asked of the rows against what chance makes of them.
   *
   * @param settings the run's settings
   * @param rowKeys the settings that columns give row by row
   * @throws RefusedException if it would have no effect
   */
  static void check(JobSettings settings, List<GenerationKey> rowKeys) {
    if (!Collections.disjoint(rowKeys, CHANCE)) {
      return; // each row says for itself whether it is drawn
    }
    boolean draws = settings.generation().draws();
    if (settings.input().dedupe() && draws) {
      throw new RefusedException(
          "input.dedupe = true would have no effect, since every completion is drawn: set"
              + " input.dedupe = false, or generation.temperature = 0, generation.alg-temp = 0 and a"
              + " generation.remasking other than random");
    }
    int samples = settings.input().samplesPerPrompt();
    if (samples > 1 && !draws) {
      throw new RefusedException(
          "input.samples-per-prompt = "
              + samples
              + " would give the same completion "
              + samples
              + " times, since nothing is drawn: set generation.temperature above 0, such as 0.7");
    }
  }
}
