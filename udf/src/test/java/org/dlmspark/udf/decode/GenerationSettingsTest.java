package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;

final class GenerationSettingsTest {
  private static final CacheSettings CACHE = new CacheSettings(CachePolicyName.DECODE, 8);

  private static GenerationSettings settings(int genLength, int blockLength, int steps) {
    return new GenerationSettings(
        genLength, blockLength, steps, Remasking.LOW_CONFIDENCE, 0, 0, true, CACHE);
  }

  @Test
  void blocksShareTheStepsEvenly() {
    GenerationSettings settings = settings(64, 16, 32);
    assertThat(settings.blocks()).isEqualTo(4);
    assertThat(settings.stepsPerBlock()).isEqualTo(8);
  }

  @Test
  void aBlockLengthThatDoesNotDivideIsRefused() {
    assertThatThrownBy(() -> settings(64, 24, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "generation.block-length = 24 does not divide generation.gen-length = 64: choose a"
                + " divisor of 64, such as 64");
  }

  @Test
  void stepsThatTheBlocksDoNotDivideAreRefused() {
    assertThatThrownBy(() -> settings(64, 16, 30))
        .hasMessage(
            "generation.steps = 30 cannot be shared out over 4 blocks (generation.gen-length /"
                + " generation.block-length): choose a multiple of 4, such as 32");
    assertThatThrownBy(() -> settings(64, 16, 0)).hasMessageContaining("such as 4");
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> settings(0, 1, 1)).hasMessageContaining("generation.gen-length = 0");
    assertThatThrownBy(() -> settings(8, 0, 8)).hasMessageContaining("generation.block-length = 0");
    for (double temperature : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(
              () -> new GenerationSettings(8, 8, 8, Remasking.RANDOM, temperature, 0, true, CACHE))
          .hasMessageContaining("generation.temperature = " + temperature);
    }
    assertThatThrownBy(() -> new CacheSettings(CachePolicyName.DECODE, 0))
        .hasMessage("cache.refresh-interval = 0: must be at least 1 (steps)");
  }
}
