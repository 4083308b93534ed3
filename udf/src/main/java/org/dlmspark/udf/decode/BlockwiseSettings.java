package org.dlmspark.udf.decode;

import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;

/** Completes and checks settings for a model that decodes block after block. */
final class BlockwiseSettings {

  /** Tokens of Fast-dLLM v2's small blocks, as its authors use them. */
  private static final int USUAL_SMALL_BLOCK = 8;

  /** Far beyond what any model was trained with. */
  private static final int MOST_BLOCK = 1 << 16;

  private BlockwiseSettings() {}

  static GenerationSettings resolve(GenerationSettings settings, ModelTraits model) {
    int block =
        settings.blockLength() == null ? model.blocks().usualLength() : settings.blockLength();
    if (block > MOST_BLOCK) {
      throw new IllegalArgumentException(
          "generation.block-length = " + block + ": must be at most " + MOST_BLOCK);
    }
    CachePolicyName policy =
        settings.cache().policy() == null ? CachePolicyName.BLOCK : settings.cache().policy();
    refuseOthers(settings, policy);
    refuseSteps(settings, model);
    Schedule schedule =
        settings.unmasking().schedule() == null
            ? model.schedule()
            : settings.unmasking().schedule();
    if (schedule != Schedule.EVEN && schedule != Schedule.ROUNDED) {
      throw new IllegalArgumentException(
          "generation.schedule = "
              + schedule.settingName()
              + " is for models that decode the whole completion at a time, and this one decodes"
              + " block after block: choose even or rounded, or auto");
    }
    if (model.decodesSmallBlocks()) {
      return smallBlocks(settings, block, policy, schedule);
    }
    if (settings.blocks().smallBlockLength() != null || settings.cache().smallBlock()) {
      throw new IllegalArgumentException(
          "generation.small-block-length and cache.small-block are for Fast-dLLM v2, and this model"
              + " decodes a block as a whole: leave them out");
    }
    checkEdits(settings, policy);
    GenerationSettingsBuilder resolved = resolved(settings, block, policy, schedule);
    return settings.blocks().edits()
        ? resolved.build()
        : resolved.stepsPerBlock(steps(settings, block, model)).build();
  }

  private static int steps(GenerationSettings settings, int block, ModelTraits model) {
    Integer asked = settings.blocks().stepsPerBlock();
    int steps = asked == null ? block : asked;
    return model.blocks().stepsWithinLength() ? Math.min(steps, settings.genLength()) : steps;
  }

  private static GenerationSettingsBuilder resolved(
      GenerationSettings settings, int block, CachePolicyName policy, Schedule schedule) {
    return new GenerationSettingsBuilder(settings)
        .blockLength(block)
        .schedule(schedule)
        .cachePolicy(policy);
  }

  private static void refuseOthers(GenerationSettings settings, CachePolicyName policy) {
    switch (policy) {
      case BLOCK, NONE, DECODE -> {}
      default ->
          throw new IllegalArgumentException(
              "cache.policy = "
                  + policy.settingName()
                  + " has no meaning for a model that decodes block after block, since nothing is"
                  + " behind the running block: choose block, which is exact, decode, which leaves"
                  + " out decoded tokens of the running block, or none for no cache");
    }
    if (settings.guidanceScale() > 0) {
      throw new IllegalArgumentException(
          "generation.guidance-scale = "
              + settings.guidanceScale()
              + ": guidance is not there for models that decode block after block; set it to 0");
    }
    if (settings.unmasking().factor() != null) {
      throw new IllegalArgumentException(
          "generation.factor = "
              + settings.unmasking().factor()
              + " is for models whose positions all see each other; use generation.threshold");
    }
    if (settings.unmasking().remasking() == Remasking.P2) {
      throw new IllegalArgumentException(
          "generation.remasking = p2 masks tokens of the whole completion again, and this model"
              + " decodes block after block: choose low_confidence");
    }
  }

  private static void refuseSteps(GenerationSettings settings, ModelTraits model) {
    if (settings.steps() != null) {
      throw new IllegalArgumentException(
          "generation.steps = "
              + settings.steps()
              + " counts the steps of the whole completion, and this model decodes block after"
              + " block: set generation.steps-per-block, such as generation.block-length = "
              + (settings.blockLength() == null
                  ? model.blocks().usualLength()
                  : settings.blockLength()));
    }
  }

  private static void checkEdits(GenerationSettings settings, CachePolicyName policy) {
    if (!settings.blocks().edits()) {
      if (settings.blocks().tokensPerStep() > 1) {
        throw new IllegalArgumentException(
            "generation.tokens-per-step = "
                + settings.blocks().tokensPerStep()
                + " stands beside generation.editing-threshold: set that, or"
                + " generation.steps-per-block");
      }
      return;
    }
    if (policy == CachePolicyName.DECODE) {
      throw new IllegalArgumentException(
          "cache.policy = decode does not compute decoded tokens, and generation.editing-threshold"
              + " = "
              + settings.blocks().editingThreshold()
              + " may change them: choose block");
    }
    if (settings.blocks().stepsPerBlock() != null) {
      throw new IllegalArgumentException(
          "generation.steps-per-block = "
              + settings.blocks().stepsPerBlock()
              + " is a schedule, and with generation.editing-threshold there is none: set"
              + " generation.tokens-per-step and generation.threshold");
    }
    if (!settings.unmasking().remasking().isProbability()
        || settings.unmasking().algTemp() > 0
        || settings.sampling().temperature() > 0) {
      throw new IllegalArgumentException(
          "generation.editing-threshold = "
              + settings.blocks().editingThreshold()
              + " holds probabilities of the most probable tokens against each other: set"
              + " generation.remasking = low_confidence, temperature = 0 and alg-temp = 0");
    }
  }

  private static GenerationSettings smallBlocks(
      GenerationSettings settings, int block, CachePolicyName policy, Schedule schedule) {
    Integer asked = settings.blocks().smallBlockLength();
    int small = asked == null ? Math.min(USUAL_SMALL_BLOCK, block) : asked;
    if (block % small != 0) {
      throw new IllegalArgumentException(
          "generation.small-block-length = "
              + small
              + ": must divide generation.block-length = "
              + block);
    }
    if (policy == CachePolicyName.DECODE) {
      throw new IllegalArgumentException(
          "cache.policy = decode is not there for this model: choose block, with cache.small-block ="
              + " true for less than the whole block in a step");
    }
    if (settings.cache().smallBlock() && policy == CachePolicyName.NONE) {
      throw new IllegalArgumentException(
          "cache.small-block = true is a cache, and cache.policy = none has none: choose block");
    }
    if (settings.blocks().edits() || settings.blocks().stepsPerBlock() != null) {
      throw new IllegalArgumentException(
          "generation.editing-threshold and generation.steps-per-block have no meaning for this"
              + " model, which decodes small blocks by generation.threshold: set them to null");
    }
    if (!settings.unmasking().remasking().isProbability() || settings.unmasking().algTemp() > 0) {
      throw new IllegalArgumentException(
          "this model decodes small blocks by probability: set generation.remasking ="
              + " low_confidence and generation.alg-temp = 0");
    }
    return resolved(settings, block, policy, schedule).smallBlockLength(small).build();
  }
}
