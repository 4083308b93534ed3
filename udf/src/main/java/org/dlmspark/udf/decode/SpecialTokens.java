package org.dlmspark.udf.decode;

import java.util.Set;

/**
 * The tokens that the denoising loop must know.
 *
 * @param mask the token of a position that is not decoded yet
 * @param ends tokens that end a completion
 */
public record SpecialTokens(int mask, Set<Integer> ends) {

  /** Keeps an immutable copy of the end tokens. */
  public SpecialTokens {
    ends = Set.copyOf(ends);
  }
}
