package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class BlocksTest {
  private static final int MOST = 40;

  private static Blocks fromStart(int blockLength, int promptLength, int genLength) {
    return new Blocks(blockLength, promptLength, genLength, false, true);
  }

  private static Blocks fromPrompt(int blockLength, int promptLength, int genLength) {
    return new Blocks(blockLength, promptLength, genLength, true, true);
  }

  @Property
  void blocksTileTheSequence(
      @ForAll @IntRange(min = 1, max = MOST) int blockLength,
      @ForAll @IntRange(min = 1, max = MOST) int promptLength,
      @ForAll @IntRange(min = 1, max = MOST) int genLength,
      @ForAll boolean fromPrompt) {
    Blocks blocks = new Blocks(blockLength, promptLength, genLength, fromPrompt, true);
    int start = 0;
    boolean firstStartSeen = false;
    while (start < blocks.length()) {
      int end = blocks.end(start);
      assertThat(end).isGreaterThan(start).isLessThanOrEqualTo(start + blockLength);
      // Shorter are the prompt's first block and the last one, and only where the prompt counts.
      if (!fromPrompt || (start > 0 && end < blocks.length())) {
        assertThat(end - start).isEqualTo(blockLength);
      }
      for (int p = start; p < end; p++) {
        assertThat(blocks.end(p)).isEqualTo(end);
      }
      firstStartSeen |= start == blocks.firstStart();
      start = end;
    }
    assertThat(start).isEqualTo(blocks.length());
    assertThat(firstStartSeen).isTrue();
  }

  @Property
  void aPositionSeesItsOwnBlockAndAllBeforeItAndNothingBehind(
      @ForAll @IntRange(min = 1, max = MOST) int blockLength,
      @ForAll @IntRange(min = 1, max = MOST) int promptLength,
      @ForAll @IntRange(min = 1, max = MOST) int genLength,
      @ForAll boolean fromPrompt) {
    Blocks blocks = new Blocks(blockLength, promptLength, genLength, fromPrompt, true);
    int before = fromPrompt ? Math.floorMod(-promptLength, blockLength) : 0;
    int previous = 0;
    for (int p = 0; p < blocks.length(); p++) {
      int visible = blocks.visible(p);
      assertThat(visible).isGreaterThan(p).isGreaterThanOrEqualTo(previous);
      previous = visible;
      int block = (p + before) / blockLength;
      for (int other = 0; other < blocks.length(); other++) {
        assertThat(other < visible).isEqualTo((other + before) / blockLength <= block);
      }
    }
    assertThat(previous).isEqualTo(blocks.length());
  }

  @Property
  void whereAllSeeAllNothingIsHidden(
      @ForAll @IntRange(min = 1, max = MOST) int blockLength,
      @ForAll @IntRange(min = 1, max = MOST) int promptLength,
      @ForAll @IntRange(min = 1, max = MOST) int genLength) {
    Blocks blocks = new Blocks(blockLength, promptLength, genLength, true, false);
    for (int p = 0; p < blocks.length(); p++) {
      assertThat(blocks.visible(p)).isEqualTo(promptLength + genLength);
    }
  }

  @Property
  void countedFromTheStartTheLastBlockIsWhole(
      @ForAll @IntRange(min = 1, max = MOST) int blockLength,
      @ForAll @IntRange(min = 1, max = MOST) int promptLength,
      @ForAll @IntRange(min = 1, max = MOST) int genLength) {
    Blocks blocks = fromStart(blockLength, promptLength, genLength);
    int asked = promptLength + genLength;
    assertThat(blocks.generatedEnd()).isEqualTo(asked);
    assertThat(blocks.length()).isBetween(asked, asked + blockLength - 1);
    assertThat(blocks.length() % blockLength).isZero();
    // The first block that is decoded may begin with the prompt's last tokens.
    assertThat(blocks.firstStart()).isBetween(promptLength - blockLength + 1, promptLength);
    assertThat(blocks.firstStart() % blockLength).isZero();
  }

  @Property
  void countedFromThePromptNothingIsBehindWhatIsGenerated(
      @ForAll @IntRange(min = 1, max = MOST) int blockLength,
      @ForAll @IntRange(min = 1, max = MOST) int promptLength,
      @ForAll @IntRange(min = 1, max = MOST) int genLength) {
    Blocks blocks = fromPrompt(blockLength, promptLength, genLength);
    assertThat(blocks.length()).isEqualTo(promptLength + genLength);
    assertThat(blocks.firstStart()).isEqualTo(promptLength);
    assertThat(blocks.end(promptLength - 1)).isEqualTo(promptLength);
  }

  @Test
  void aPromptOfTenAndBlocksOfFour() {
    Blocks fromStart = fromStart(4, 10, 7);
    assertThat(fromStart.firstStart()).isEqualTo(8);
    assertThat(fromStart.length()).isEqualTo(20);
    assertThat(fromStart.end(9)).isEqualTo(12);

    Blocks fromPrompt = fromPrompt(4, 10, 7);
    assertThat(fromPrompt.end(0)).isEqualTo(2);
    assertThat(fromPrompt.end(2)).isEqualTo(6);
    assertThat(fromPrompt.end(10)).isEqualTo(14);
    assertThat(fromPrompt.end(16)).isEqualTo(17);
    assertThat(fromPrompt.length()).isEqualTo(17);
  }

  @Property
  void theRoomForAPromptIsWhatItsSequenceTakes(
      @ForAll @IntRange(min = 1, max = MOST) int blockLength,
      @ForAll @IntRange(min = 1, max = MOST) int genLength,
      @ForAll @IntRange(min = 1, max = 200) int tokens,
      @ForAll boolean fromPrompt) {
    ModelTraits model =
        new ModelTraits(
            99,
            Set.of(98),
            false,
            Schedule.EVEN,
            new BlockDiffusion(blockLength, fromPrompt, false, false));
    GenerationSettings settings = new GenerationSettingsBuilder().genLength(genLength).build();
    long room = Sequence.room(tokens, settings, model);
    if (room >= 1) {
      assertThat(Sequence.length((int) room, settings, model)).isLessThanOrEqualTo(tokens);
    }
    int tooLong = (int) Math.max(1, room + 1);
    assertThat(Sequence.length(tooLong, settings, model)).isGreaterThan(tokens);
  }
}
