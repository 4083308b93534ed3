package org.dlmspark.job.run;

import java.util.StringJoiner;
import org.dlmspark.udf.decode.BlockSettings;
import org.dlmspark.udf.decode.CacheSettings;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.Unmasking;

/** In a few words how completions are generated. */
final class GenerationText {

  private GenerationText() {}

  /** The settings, the cache apart; those that a model decides are resolved. */
  static String of(GenerationSettings generation) {
    Unmasking unmasking = generation.unmasking();
    Sampling sampling = generation.sampling();
    StringJoiner text = new StringJoiner(", ");
    BlockSettings blocks = generation.blocks();
    text.add(generation.genLength() + " tokens in blocks of " + generation.blockLength());
    if (blocks.smallBlockLength() != null) {
      text.add("in small blocks of " + blocks.smallBlockLength());
    }
    if (generation.steps() == null) {
      addBlockSteps(generation, text);
    } else if (unmasking.threshold() != null) {
      text.add("each step all of confidence " + unmasking.threshold() + " and more");
    } else if (unmasking.factor() != null) {
      text.add("each step as many as factor " + unmasking.factor() + " allows");
    } else {
      text.add(generation.steps() + " steps");
      switch (unmasking.schedule()) {
        case TIMESTEP -> text.add("by timesteps to " + unmasking.eps());
        case ROUNDED -> text.add("by rounded shares");
        case KEPT -> text.add("by what stays masked");
        case EVEN -> {}
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

  /** The steps of a model of block diffusion. */
  private static void addBlockSteps(GenerationSettings generation, StringJoiner text) {
    BlockSettings blocks = generation.blocks();
    Double threshold = generation.unmasking().threshold();
    String sure = threshold == null ? "" : "all of confidence above " + threshold + ", ";
    if (blocks.editingThreshold() != null) {
      text.add(
          "each step "
              + sure
              + "at least "
              + blocks.tokensPerStep()
              + ", edits above "
              + blocks.editingThreshold()
              + " for up to "
              + blocks.maxPostSteps()
              + " steps more");
    } else if (blocks.smallBlockLength() != null) {
      text.add("each step " + sure + "at least 1");
    } else {
      text.add(
          (sure.isEmpty() ? "" : "each step " + sure + "else ")
              + blocks.stepsPerBlock()
              + " steps a block");
    }
  }

  /** What is kept between steps. */
  static String of(CacheSettings cache) {
    String name = cache.policy().settingName();
    return cache.policy() == CachePolicyName.NONE
        ? name + ": every position at every step"
        : cache.policy() == CachePolicyName.BLOCK
            ? name
                + ": the running block, and each block once when it is finished"
                + (cache.smallBlock() ? "; a small block alone where it can be" : "")
            : cache.policy().refreshes()
                ? name + ", refreshed every " + cache.refreshInterval() + " steps of a block"
                : name + ", refreshed at the first step of a block";
  }
}
