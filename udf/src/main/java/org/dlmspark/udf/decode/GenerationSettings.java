package org.dlmspark.udf.decode;

import java.io.Serializable;
import java.util.List;

/**
 * How one completion is generated ({@code generation.*} and {@code cache.*}). What is null is left
 * to the model, and stands once {@link #resolve} has been called.
 *
 * @param genLength tokens to generate, {@code generation.gen-length}
 * @param blockLength tokens per block; null for the model's usual length, {@code
 *     generation.block-length}
 * @param steps denoising steps in all; null for one a token, or as {@code blocks} says; without
 *     meaning where {@link Unmasking#isParallel()} and positions see all, {@code generation.steps}
 * @param blocks how a block is decoded
 * @param unmasking which positions a step decodes
 * @param sampling how their tokens are drawn
 * @param guidanceScale strength s of classifier-free guidance, {@code un + (s + 1) * (cond - un)};
 *     0 for none, {@code generation.guidance-scale}
 * @param minNewTokens no end token is decoded among so many first tokens, {@code
 *     generation.min-new-tokens}
 * @param stopAtEos whether a row ends once everything before its first end token is decoded, {@code
 *     generation.stop-at-eos}
 * @param stop texts before the first of which a completion ends, {@code generation.stop}
 * @param seed the run's seed, {@code generation.seed}; a row's own seed is derived from it and the
 *     row's id
 * @param cache which positions a step computes
 */
public record GenerationSettings(
    int genLength,
    Integer blockLength,
    Integer steps,
    BlockSettings blocks,
    Unmasking unmasking,
    Sampling sampling,
    double guidanceScale,
    int minNewTokens,
    boolean stopAtEos,
    List<String> stop,
    long seed,
    CacheSettings cache)
    implements Serializable {

  /** Far beyond what anyone uses, and far below what float32 logits can be multiplied by. */
  private static final double MOST_GUIDANCE = 1000;

  /** Checks that everything fits together; messages name the settings and say what would fit. */
  public GenerationSettings {
    if (genLength < 1) {
      throw new IllegalArgumentException(
          "generation.gen-length = " + genLength + ": must be at least 1 (tokens)");
    }
    if (blockLength != null && blockLength < 1) {
      throw new IllegalArgumentException(
          "generation.block-length = " + blockLength + ": must be at least 1 (tokens)");
    }
    if (steps != null && steps < 1) {
      throw new IllegalArgumentException("generation.steps = " + steps + ": must be at least 1");
    }
    if (steps != null && blocks.stepsPerBlock() != null) {
      throw new IllegalArgumentException(
          "generation.steps = "
              + steps
              + " and generation.steps-per-block = "
              + blocks.stepsPerBlock()
              + " both say how many steps there are: set one of them to null");
    }
    if (!(guidanceScale >= 0 && guidanceScale <= MOST_GUIDANCE)) {
      throw new IllegalArgumentException(
          "generation.guidance-scale = "
              + guidanceScale
              + ": must be 0, for none, or a number above it up to "
              + MOST_GUIDANCE);
    }
    if (minNewTokens < 0 || minNewTokens > genLength) {
      throw new IllegalArgumentException(
          "generation.min-new-tokens = "
              + minNewTokens
              + ": must be from 0 to generation.gen-length = "
              + genLength);
    }
    stop = List.copyOf(stop);
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          "generation.stop has an empty text, which would end every completion: remove it");
    }
    if (cache.policy() == CacheSettings.CachePolicyName.GREEDY
        && !unmasking.remasking().chosenBeforeForward()) {
      throw new IllegalArgumentException(
          "cache.policy = greedy must know which positions come next, and generation.remasking = "
              + unmasking.remasking().settingName()
              + " finds out by computing them: set generation.remasking = random or sequential");
    }
  }

  /**
   * The settings as they are for a model, with nothing left open.
   *
   * @param model the model
   * @return settings whose block length, schedule and policy are not null, nor the steps where the
   *     schedule says how many tokens each decodes
   * @throws IllegalArgumentException if they do not fit together, or not to the model
   */
  public GenerationSettings resolve(ModelTraits model) {
    return model.blocks() == null
        ? RegionSettings.resolve(this, model)
        : BlockwiseSettings.resolve(this, model);
  }

  /**
   * How many times a sequence is computed and held: with guidance its unconditional branch, which
   * does not see the prompt, is a sequence too.
   *
   * @return 1 or 2
   */
  public int branches() {
    return guidanceScale > 0 ? 2 : 1;
  }

  /**
   * Whether chance has a part in the completion, so that it depends on the row's seed.
   *
   * @return false if the same prompt always gives the same completion
   */
  public boolean draws() {
    return sampling.temperature() > 0
        || unmasking.algTemp() > 0
        || unmasking.remasking() == Remasking.RANDOM;
  }

  /**
   * The most steps that one block may take by the schedule, once the settings are resolved; there
   * is none with edits and in small blocks.
   *
   * @return steps
   */
  int stepsPerBlock() {
    int count = (genLength - 1) / blockLength + 1;
    return blocks.stepsPerBlock() == null ? (steps - 1) / count + 1 : blocks.stepsPerBlock();
  }
}
