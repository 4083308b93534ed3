package org.dlmspark.udf.decode;

/**
 * A row's own random numbers, counter-based: every number is a hash of the row's seed and of where
 * it is used. The same row with the same seed draws the same numbers whatever the batch, partition
 * or attempt it runs in.
 *
 * @param seed the row's seed, see {@link #rowSeed}
 */
public record RandomStream(long seed) {
  /** What a number is drawn for; two purposes never share one. */
  enum Purpose {
    /** The order in which random remasking unmasks. */
    REMASKING(1),
    /** The Gumbel noise that picks a token. */
    TOKEN(2),
    /** The Gumbel noise that softens a choice by confidence, {@code generation.alg-temp}. */
    POSITION(3);

    private final int number;

    Purpose(int number) {
      this.number = number;
    }
  }

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /**
   * Derives a row's seed.
   *
   * @param runSeed the run's seed, {@code generation.seed}
   * @param id the row's id as text
   * @return the row's seed: the same for the same arguments, on any machine
   */
  public static long rowSeed(long runSeed, String id) {
    long hash = mix(runSeed + GOLDEN);
    for (int i = 0; i < id.length(); i++) {
      hash = mix(hash ^ id.charAt(i));
    }
    return hash;
  }

  /**
   * 64 random bits.
   *
   * @param purpose what they are for
   * @param step the row's step, from 0
   * @param position the position in the sequence
   * @return uniform bits
   */
  long bits(Purpose purpose, int step, int position) {
    long hash = mix(seed + GOLDEN * purpose.number);
    hash = mix(hash + GOLDEN * (step + 1L));
    return mix(hash + GOLDEN * (position + 1L));
  }

  /**
   * A random number.
   *
   * @param purpose what it is for
   * @param step the row's step, from 0
   * @param position the position in the sequence
   * @return uniform in [0, 1)
   */
  double uniform(Purpose purpose, int step, int position) {
    return (bits(purpose, step, position) >>> 11) * 0x1.0p-53;
  }

  /**
   * Gumbel noise: the largest of {@code score + noise} is a draw by {@code softmax(score)}, the n
   * largest are n draws without replacement.
   *
   * @param purpose what it is for
   * @param step the row's step, from 0
   * @param position the position in the sequence
   * @return a number of the standard Gumbel distribution, finite
   */
  double gumbel(Purpose purpose, int step, int position) {
    // Half a unit off both ends, and no more bits than a double holds, keep the logarithms finite.
    double uniform = ((bits(purpose, step, position) >>> 12) + 0.5) * 0x1.0p-52;
    return -Math.log(-Math.log(uniform));
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014); a bijection of 64 bits. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
