package org.dlmspark.udf.decode;

import java.io.Serializable;

/**
 * How one completion is generated ({@code generation.*} and {@code cache.*}).
 *
 * @param genLength tokens to generate, {@code generation.gen-length}
 * @param blockLength tokens per semi-autoregressive block, {@code generation.block-length}; divides
 *     {@code genLength}
 * @param steps denoising steps in all, {@code generation.steps}; a multiple of the number of blocks
 * @param remasking how positions are chosen, {@code generation.remasking}
 * @param temperature 0 for the most probable token, above it Gumbel noise, {@code
 *     generation.temperature}
 * @param seed the run's seed, {@code generation.seed}; a row's own seed is derived from it and the
 *     row's id
 * @param stopAtEos whether a row ends once everything before its first end token is decoded, {@code
 *     generation.stop-at-eos}
 * @param cache which positions a step computes
 */
public record GenerationSettings(
    int genLength,
    int blockLength,
    int steps,
    Remasking remasking,
    double temperature,
    long seed,
    boolean stopAtEos,
    CacheSettings cache)
    implements Serializable {

  /** Checks that the numbers fit together; messages name the settings and say what would fit. */
  public GenerationSettings {
    if (genLength < 1) {
      throw new IllegalArgumentException(
          "generation.gen-length = " + genLength + ": must be at least 1 (tokens)");
    }
    if (blockLength < 1 || genLength % blockLength != 0) {
      throw new IllegalArgumentException(
          "generation.block-length = "
              + blockLength
              + " does not divide generation.gen-length = "
              + genLength
              + ": choose a divisor of "
              + genLength
              + ", such as "
              + genLength);
    }
    int blocks = genLength / blockLength;
    if (steps < 1 || steps % blocks != 0) {
      throw new IllegalArgumentException(
          "generation.steps = "
              + steps
              + " cannot be shared out over "
              + blocks
              + " blocks (generation.gen-length / generation.block-length): choose a multiple of "
              + blocks
              + ", such as "
              + (Math.max(steps, 1) + blocks - 1) / blocks * blocks);
    }
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "generation.temperature = " + temperature + ": must be 0 or a finite number above it");
    }
  }

  /**
   * The number of blocks.
   *
   * @return {@code genLength / blockLength}
   */
  public int blocks() {
    return genLength / blockLength;
  }

  /**
   * The most steps that one block may take.
   *
   * @return {@code steps / blocks()}
   */
  public int stepsPerBlock() {
    return steps / blocks();
  }
}
