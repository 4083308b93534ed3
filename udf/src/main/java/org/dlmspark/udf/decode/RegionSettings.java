package org.dlmspark.udf.decode;

import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;

/** Completes and checks settings for a model whose positions all see each other. */
final class RegionSettings {

  /** Where a model's authors decode in blocks, this is their usual length. */
  private static final int USUAL_BLOCK = 32;

  private RegionSettings() {}

  static GenerationSettings resolve(GenerationSettings settings, ModelTraits model) {
    int genLength = settings.genLength();
    Schedule schedule =
        settings.unmasking().schedule() == null
            ? model.schedule()
            : settings.unmasking().schedule();
    checkBlocks(settings);
    int block =
        settings.blockLength() == null ? usualBlock(settings, schedule) : settings.blockLength();
    if (schedule != Schedule.ROUNDED && genLength % block != 0) {
      throw new IllegalArgumentException(
          "generation.block-length = "
              + block
              + " does not divide generation.gen-length = "
              + genLength
              + ": choose a divisor of "
              + genLength
              + ", such as "
              + genLength);
    }
    block = Math.min(block, genLength);
    int blocks = (genLength - 1) / block + 1;
    Integer steps = settings.steps();
    if (steps != null && schedule != Schedule.ROUNDED && steps % blocks != 0) {
      throw new IllegalArgumentException(
          "generation.steps = "
              + steps
              + " cannot be shared out over "
              + blocks
              + " blocks (generation.gen-length / generation.block-length): choose a multiple of "
              + blocks
              + ", such as "
              + (steps + blocks - 1L) / blocks * blocks);
    }
    if (steps != null && (steps - 1) / blocks + 1 > BlockSettings.MOST_STEPS) {
      throw new IllegalArgumentException(
          "generation.steps = "
              + steps
              + ": must be at most "
              + BlockSettings.MOST_STEPS
              + " a block, and there are "
              + blocks
              + " of them");
    }
    Integer asked = settings.blocks().stepsPerBlock();
    if (asked != null) {
      steps = Math.toIntExact(Math.min(Integer.MAX_VALUE, (long) asked * blocks));
    }
    boolean masksAgain = settings.unmasking().remasking() == Remasking.P2;
    CachePolicyName usual = masksAgain ? CachePolicyName.NONE : CachePolicyName.DECODE;
    CachePolicyName policy = settings.cache().policy() == null ? usual : settings.cache().policy();
    if (masksAgain) {
      checkRemasked(settings, policy);
      if (schedule != model.schedule()) {
        throw new IllegalArgumentException(
            "generation.remasking = p2 says itself how many tokens a step masks: leave out"
                + " generation.schedule = "
                + schedule.settingName());
      }
    }
    return new GenerationSettingsBuilder(settings)
        .blockLength(block)
        .steps(steps == null ? (Integer) genLength : steps)
        .stepsPerBlock(null)
        .schedule(schedule)
        .cachePolicy(policy)
        .build();
  }

  private static int usualBlock(GenerationSettings settings, Schedule schedule) {
    int genLength = settings.genLength();
    if (schedule.isOfRegion() || settings.unmasking().remasking() == Remasking.P2) {
      return genLength;
    }
    return schedule == Schedule.ROUNDED || genLength % USUAL_BLOCK == 0
        ? Math.min(USUAL_BLOCK, genLength)
        : genLength;
  }

  private static void checkBlocks(GenerationSettings settings) {
    String all = ", and all positions of this model see each other: ";
    if (settings.cache().policy() == CachePolicyName.BLOCK) {
      throw new IllegalArgumentException(
          "cache.policy = block is for models that decode block after block"
              + all
              + "choose decode, or none for no cache");
    }
    BlockSettings blocks = settings.blocks();
    if (blocks.edits()) {
      throw new IllegalArgumentException(
          "generation.editing-threshold = "
              + blocks.editingThreshold()
              + " is for models that decode block after block"
              + all
              + "set it to null");
    }
    if (blocks.tokensPerStep() > 1) {
      throw new IllegalArgumentException(
          "generation.tokens-per-step = "
              + blocks.tokensPerStep()
              + " stands beside generation.editing-threshold, for models that decode block after"
              + " block"
              + all
              + "set it to 1");
    }
    if (blocks.smallBlockLength() != null || settings.cache().smallBlock()) {
      throw new IllegalArgumentException(
          BlockwiseSettings.smallBlockSetting(settings)
              + " is for models that decode small blocks, as Fast-dLLM v2 does"
              + all
              + "leave it out");
    }
  }

  private static void checkRemasked(GenerationSettings settings, CachePolicyName policy) {
    if (policy != CachePolicyName.NONE) {
      throw new IllegalArgumentException(
          "generation.remasking = p2 looks at decoded tokens again in every step, and cache.policy ="
              + " "
              + policy.settingName()
              + " does not compute them: set cache.policy = none or auto");
    }
    if (settings.unmasking().isParallel() || settings.unmasking().algTemp() > 0) {
      throw new IllegalArgumentException(
          "generation.remasking = p2 says itself how many tokens a step masks: leave out"
              + " generation.threshold, generation.factor and generation.alg-temp");
    }
    if (settings.sampling().temperature() > 0) {
      throw new IllegalArgumentException(
          "generation.remasking = p2 holds the most probable tokens against each other, and"
              + " generation.temperature = "
              + settings.sampling().temperature()
              + " draws others: set it to 0");
    }
    if (settings.blockLength() != null && settings.blockLength() != settings.genLength()) {
      throw new IllegalArgumentException(
          "generation.remasking = p2 looks at the whole completion: leave out"
              + " generation.block-length = "
              + settings.blockLength());
    }
  }
}
