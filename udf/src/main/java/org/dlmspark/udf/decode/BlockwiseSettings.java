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
    refuseSteps(settings, model, block);
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
      return smallBlocks(settings, model, block, policy, schedule);
    }
    if (settings.blocks().smallBlockLength() != null || settings.cache().smallBlock()) {
      throw new IllegalArgumentException(
          smallBlockSetting(settings)
              + " is for models that decode small blocks, as Fast-dLLM v2 does, and this model decodes"
              + " a block as a whole: leave it out");
    }
    checkEdits(settings, policy);
    if (settings.blocks().edits()) {
      refuseSchedule(schedule, model, "with generation.editing-threshold there is no schedule");
    }
    GenerationSettingsBuilder resolved = resolved(settings, block, policy, schedule);
    return settings.blocks().edits()
        ? resolved.build()
        : resolved.stepsPerBlock(steps(settings, block, model)).build();
  }

  /** The setting of small blocks that stands in settings, with its value. */
  static String smallBlockSetting(GenerationSettings settings) {
    Integer length = settings.blocks().smallBlockLength();
    return length == null
        ? "cache.small-block = true"
        : "generation.small-block-length = " + length;
  }

  private static void refuseSchedule(Schedule schedule, ModelTraits model, String why) {
    if (schedule != model.schedule()) {
      throw new IllegalArgumentException(
          "generation.schedule = " + schedule.settingName() + ": " + why + ", set auto");
    }
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

  private static void refuseSteps(GenerationSettings settings, ModelTraits model, int block) {
    if (settings.steps() == null) {
      return;
    }
    String instead =
        model.decodesSmallBlocks()
            ? "leave it out, and set generation.threshold"
            : settings.blocks().edits()
                ? "leave it out, and set generation.tokens-per-step and generation.threshold"
                : "set generation.steps-per-block, such as generation.steps-per-block = " + block;
    throw new IllegalArgumentException(
        "generation.steps = "
            + settings.steps()
            + " counts the steps of the whole completion, and this model decodes block after block: "
            + instead);
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
    if (settings.unmasking().remasking() != Remasking.LOW_CONFIDENCE
        || settings.unmasking().algTemp() > 0
        || settings.sampling().temperature() > 0) {
      throw new IllegalArgumentException(
          "generation.editing-threshold = "
              + settings.blocks().editingThreshold()
              + " is held against the probabilities of the most probable tokens: set"
              + " generation.remasking = low_confidence, generation.temperature = 0 and"
              + " generation.alg-temp = 0");
    }
  }

  private static GenerationSettings smallBlocks(
      GenerationSettings settings,
      ModelTraits model,
      int block,
      CachePolicyName policy,
      Schedule schedule) {
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
    BlockSettings blocks = settings.blocks();
    if (blocks.edits()) {
      throw noneInSmallBlocks("generation.editing-threshold = " + blocks.editingThreshold());
    }
    if (blocks.stepsPerBlock() != null) {
      throw noneInSmallBlocks("generation.steps-per-block = " + blocks.stepsPerBlock());
    }
    if (blocks.tokensPerStep() > 1) {
      throw noneInSmallBlocks("generation.tokens-per-step = " + blocks.tokensPerStep());
    }
    refuseSchedule(schedule, model, "small blocks have no schedule");
    if (!settings.unmasking().remasking().isProbability() || settings.unmasking().algTemp() > 0) {
      throw new IllegalArgumentException(
          "this model decodes small blocks by probability: set generation.remasking ="
              + " low_confidence and generation.alg-temp = 0");
    }
    return resolved(settings, block, policy, schedule).smallBlockLength(small).build();
  }

  private static IllegalArgumentException noneInSmallBlocks(String setting) {
    return new IllegalArgumentException(
        setting
            + " has no meaning for this model, which decodes small blocks by generation.threshold:"
            + " leave it out");
  }
}
