package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;

final class CachePolicyTest {

  /** Ten positions; masked: 7 to 9; decoded at the previous step: 6. */
  private record State(int stepInBlock) implements SequenceState {
    @Override
    public int length() {
      return 10;
    }

    @Override
    public BitSet masked() {
      return set(7, 10);
    }

    @Override
    public BitSet maskedBeforePreviousStep() {
      return set(6, 10);
    }

    private static BitSet set(int from, int to) {
      BitSet set = new BitSet();
      set.set(from, to);
      return set;
    }
  }

  private static String active(CachePolicyName policy, int refreshInterval, int step) {
    BitSet active = new BitSet();
    CachePolicy.of(new CacheSettings(policy, refreshInterval))
        .activePositions(new State(step), active);
    return active.toString();
  }

  private static final String ALL = "{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}";

  @Test
  void withoutACacheEverythingIsActive() {
    for (int step = 0; step < 5; step++) {
      assertThat(active(CachePolicyName.NONE, 8, step)).isEqualTo(ALL);
    }
  }

  @Test
  void decodeKeepsMasksAndWhatWasJustDecoded() {
    assertThat(active(CachePolicyName.DECODE, 4, 2)).isEqualTo("{6, 7, 8, 9}");
    assertThat(active(CachePolicyName.DECODE, 4, 3)).isEqualTo("{6, 7, 8, 9}");
  }

  @Test
  void decodeIsFullAtABlocksFirstTwoStepsAndAtEachRefresh() {
    for (int step : new int[] {0, 1, 4, 8}) {
      assertThat(active(CachePolicyName.DECODE, 4, step)).isEqualTo(ALL);
    }
  }

  @Test
  void decodeWithIntervalOneHasNoCache() {
    for (int step = 0; step < 9; step++) {
      assertThat(active(CachePolicyName.DECODE, 1, step)).isEqualTo(ALL);
    }
  }
}
