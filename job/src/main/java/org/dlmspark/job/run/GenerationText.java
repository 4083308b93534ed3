package org.dlmspark.job.run;

import java.util.StringJoiner;
import org.dlmspark.udf.decode.CacheSettings;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.decode.Unmasking;

/** In a few words how completions are generated. */
final class GenerationText {

  private GenerationText() {}

  /** The settings, the cache apart; those that a model decides are resolved. */
  static String of(GenerationSettings generation) {
    Unmasking unmasking = generation.unmasking();
    Sampling sampling = generation.sampling();
    StringJoiner text = new StringJoiner(", ");
    text.add(generation.genLength() + " tokens in blocks of " + generation.blockLength());
    if (unmasking.threshold() != null) {
      text.add("each step all of confidence " + unmasking.threshold() + " and more");
    } else if (unmasking.factor() != null) {
      text.add("each step as many as factor " + unmasking.factor() + " allows");
    } else {
      text.add(generation.steps() + " steps");
      if (unmasking.schedule() == Schedule.TIMESTEP) {
        text.add("by timesteps to " + unmasking.eps());
      }
    }
    text.add(unmasking.remasking().settingName());
    if (unmasking.algTemp() > 0) {
      text.add("alg-temp " + unmasking.algTemp());
    }
    text.add("temperature " + sampling.temperature());
    if (sampling.topP() < 1) {
      text.add("top-p " + sampling.topP());
    }
    if (sampling.topK() > 0) {
      text.add("top-k " + sampling.topK());
    }
    if (generation.guidanceScale() > 0) {
      text.add("guidance " + generation.guidanceScale());
    }
    return text.add("seed " + generation.seed()).toString();
  }

  /** What is kept between steps. */
  static String of(CacheSettings cache) {
    String name = cache.policy().settingName();
    return cache.policy() == CachePolicyName.NONE
        ? name + ": every position at every step"
        : cache.policy().refreshes()
            ? name + ", refreshed every " + cache.refreshInterval() + " steps of a block"
            : name + ", refreshed at the first step of a block";
  }
}
