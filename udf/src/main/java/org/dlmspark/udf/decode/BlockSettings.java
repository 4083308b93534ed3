package org.dlmspark.udf.decode;

import java.io.Serializable;

/**
 * How a block is decoded ({@code generation.*}).
 *
 * @param stepsPerBlock denoising steps of a block, {@code generation.steps-per-block}; null for one
 *     a token
 * @param smallBlockLength tokens of the parts of a block that Fast-dLLM v2 decodes one after the
 *     other, {@code generation.small-block-length}; null for its usual length
 * @param editingThreshold a decoded token gives way to another one that is more probable than this,
 *     as in LLaDA2.1, {@code generation.editing-threshold}; null for no edits
 * @param maxPostSteps how many steps a block without masks is looked at for edits, {@code
 *     generation.max-post-steps}
 * @param tokensPerStep with edits: how many tokens a step decodes at least, {@code
 *     generation.tokens-per-step}
 */
public record BlockSettings(
    Integer stepsPerBlock,
    Integer smallBlockLength,
    Double editingThreshold,
    int maxPostSteps,
    int tokensPerStep)
    implements Serializable {

  /** Far beyond what anyone uses: with more steps than tokens some decode nothing. */
  static final int MOST_STEPS = 1 << 14;

  /** Checks the ranges. */
  public BlockSettings {
    if (stepsPerBlock != null && (stepsPerBlock < 1 || stepsPerBlock > MOST_STEPS)) {
      throw new IllegalArgumentException(
          "generation.steps-per-block = "
              + stepsPerBlock
              + ": must be from 1 to "
              + MOST_STEPS
              + ", or null");
    }
    if (smallBlockLength != null && smallBlockLength < 1) {
      throw new IllegalArgumentException(
          "generation.small-block-length = " + smallBlockLength + ": must be at least 1, or null");
    }
    if (editingThreshold != null && !(editingThreshold >= 0 && editingThreshold <= 1)) {
      throw new IllegalArgumentException(
          "generation.editing-threshold = "
              + editingThreshold
              + ": must be from 0 to 1, such as 0.5, or null for no edits");
    }
    if (maxPostSteps < 0) {
      throw new IllegalArgumentException(
          "generation.max-post-steps = " + maxPostSteps + ": must be 0 or more");
    }
    if (tokensPerStep < 1) {
      throw new IllegalArgumentException(
          "generation.tokens-per-step = " + tokensPerStep + ": must be at least 1");
    }
  }

  /** Whether decoded tokens may change. */
  public boolean edits() {
    return editingThreshold != null;
  }
}
