package org.dlmspark.udf.decode;

import java.util.Set;

/**
 * What the denoising loop must know of a model.
 *
 * @param mask the token of a position that is not decoded yet
 * @param ends tokens that end a completion
 * @param shiftedLogits whether token p is read from position p - 1, as in Dream
 * @param schedule how many positions the model's authors unmask at each step
 * @param blocks its blocks; null where all positions see all
 */
public record ModelTraits(
    int mask, Set<Integer> ends, boolean shiftedLogits, Schedule schedule, BlockDiffusion blocks) {

  /** Keeps an immutable copy of the end tokens. */
  public ModelTraits {
    ends = Set.copyOf(ends);
  }

  /**
   * Whether its blocks are decoded in small ones.
   *
   * @return false where all positions see all
   */
  public boolean decodesSmallBlocks() {
    return blocks != null && blocks.small();
  }
}
