package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;

final class CachePolicyTest {

  /**
   * Ten positions, a prompt of 3, the block 5 to 7; masked: 7 to 9; decoded at the previous step:
   * 6; next: 7.
   */
  private record State(int stepInBlock) implements SequenceState {
    @Override
    public int promptLength() {
      return 3;
    }

    @Override
    public int blockStart() {
      return 5;
    }

    @Override
    public int blockEnd() {
      return 8;
    }

    @Override
    public BitSet targets() {
      return set(7, 8);
    }

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
    return active(policy, refreshInterval, step, false);
  }

  private static String active(
      CachePolicyName policy, int refreshInterval, int step, boolean shifted) {
    BitSet active = new BitSet();
    CachePolicy.of(new CacheSettings(policy, refreshInterval, 1, false), shifted)
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

  @Test
  void greedyKeepsWhatItDecodesAndAWindowAroundIt() {
    // Left of 7 is 6, decoded one step ago and there already; right of it is 8.
    assertThat(active(CachePolicyName.GREEDY, 4, 1)).isEqualTo("{6, 7, 8}");
    assertThat(active(CachePolicyName.GREEDY, 4, 2)).isEqualTo("{6, 7, 8}");
    assertThat(active(CachePolicyName.GREEDY, 4, 4)).isEqualTo(ALL);
  }

  @Test
  void prefillLeavesThePromptOut() {
    assertThat(active(CachePolicyName.PREFILL, 4, 0)).isEqualTo(ALL);
    for (int step : new int[] {1, 3, 4}) {
      assertThat(active(CachePolicyName.PREFILL, 4, step)).isEqualTo("{3, 4, 5, 6, 7, 8, 9}");
    }
  }

  @Test
  void pdRefreshesWithoutThePrompt() {
    assertThat(active(CachePolicyName.PD, 4, 0)).isEqualTo(ALL);
    assertThat(active(CachePolicyName.PD, 4, 1)).isEqualTo("{3, 4, 5, 6, 7, 8, 9}");
    assertThat(active(CachePolicyName.PD, 4, 2)).isEqualTo("{6, 7, 8, 9}");
    assertThat(active(CachePolicyName.PD, 4, 4)).isEqualTo("{3, 4, 5, 6, 7, 8, 9}");
  }

  @Test
  void blockwiseCachesAreFullAtABlocksFirstStep() {
    for (CachePolicyName policy :
        new CachePolicyName[] {CachePolicyName.PREFIX, CachePolicyName.DUAL}) {
      assertThat(active(policy, 4, 0)).isEqualTo(ALL);
    }
    assertThat(active(CachePolicyName.PREFIX, 4, 4)).isEqualTo("{5, 6, 7, 8, 9}");
    assertThat(active(CachePolicyName.DUAL, 4, 4)).isEqualTo("{5, 6, 7}");
  }

  @Test
  void blockDecodeLooksNotBeyondTheBlock() {
    assertThat(active(CachePolicyName.BLOCK_DECODE, 4, 1)).isEqualTo(ALL);
    assertThat(active(CachePolicyName.BLOCK_DECODE, 4, 2)).isEqualTo("{6, 7}");
    assertThat(active(CachePolicyName.BLOCK_DECODE, 4, 4)).isEqualTo(ALL);
  }

  @Test
  void shiftedLogitsMoveEverythingToTheReaders() {
    assertThat(active(CachePolicyName.DECODE, 4, 1, true)).isEqualTo("{5, 6, 7, 8, 9}");
    assertThat(active(CachePolicyName.DECODE, 4, 2, true)).isEqualTo("{5, 6, 7, 8}");
    assertThat(active(CachePolicyName.DECODE, 4, 4, true)).isEqualTo(ALL);
    assertThat(active(CachePolicyName.GREEDY, 4, 2, true)).isEqualTo("{5, 6, 7}");
    assertThat(active(CachePolicyName.PREFILL, 4, 2, true)).isEqualTo("{2, 3, 4, 5, 6, 7, 8, 9}");
    assertThat(active(CachePolicyName.PD, 4, 2, true)).isEqualTo("{5, 6, 7, 8}");
    assertThat(active(CachePolicyName.PREFIX, 4, 2, true)).isEqualTo("{4, 5, 6, 7, 8, 9}");
    assertThat(active(CachePolicyName.DUAL, 4, 2, true)).isEqualTo("{4, 5, 6, 7}");
    assertThat(active(CachePolicyName.BLOCK_DECODE, 4, 2, true)).isEqualTo("{5, 6}");
  }

  /** A state of masks and of what is next among them; nothing was decoded at the step before. */
  private record Open(BitSet masked, BitSet targets, int length) implements SequenceState {
    @Override
    public int promptLength() {
      return 1;
    }

    @Override
    public int blockStart() {
      return 1;
    }

    @Override
    public int blockEnd() {
      return length;
    }

    @Override
    public int stepInBlock() {
      return 1;
    }

    @Override
    public BitSet maskedBeforePreviousStep() {
      return masked;
    }
  }

  private static BitSet greedy(Open state, int windowSize, boolean shifted) {
    BitSet active = new BitSet();
    CachePolicy.of(new CacheSettings(CachePolicyName.GREEDY, 4, windowSize, false), shifted)
        .activePositions(state, active);
    return active;
  }

  /**
   * By timesteps a step may decode nothing; a forward pass must still have something to compute.
   */
  @Test
  void greedyWithNothingToDecodeComputesAPosition() {
    Open state = new Open(State.set(1, 9), new BitSet(), 9);
    assertThat(greedy(state, 4, false).cardinality()).isEqualTo(1);
    assertThat(greedy(state, 4, true).cardinality()).isEqualTo(1);
  }

  /** 50,000 windows of 50,000 positions are more than an int can count. */
  @Test
  void largeWindowsDoNotOverflow() {
    BitSet targets = new BitSet();
    for (int p = 1; p < 100_000; p += 2) {
      targets.set(p);
    }
    Open state = new Open(State.set(1, 100_000), targets, 100_000);
    assertThat(greedy(state, 50_000, false)).isEqualTo(State.set(1, 100_000));
  }
}
