package org.dlmspark.udf.decode;

import java.util.Set;

/**
 * What the denoising loop must know of a model.
 *
 * @param mask the token of a position that is not decoded yet
 * @param ends tokens that end a completion
 * @param shiftedLogits whether token p is read from position p - 1, as in Dream
 * @param timesteps whether the model's authors decode the whole region by timesteps, as for Dream,
 *     and not in blocks by an even schedule, as for LLaDA
 */
public record ModelTraits(int mask, Set<Integer> ends, boolean shiftedLogits, boolean timesteps) {

  /** Keeps an immutable copy of the end tokens. */
  public ModelTraits {
    ends = Set.copyOf(ends);
  }
}
