package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class TokenChooserTest {

  @Test
  void ofEqualsTheFirstIsTaken() {
    int[] picks = new int[4];
    assertThat(TokenChooser.mostConfident(new double[] {.2, .9, .9, .1}, 4, 2, picks)).isEqualTo(2);
    assertThat(picks).startsWith(1, 2);
  }

  @Property
  void picksAreTheMostConfident(
      @ForAll @Size(min = 1, max = 40) double @DoubleRange(min = 0, max = 1) [] confidence,
      @ForAll @IntRange(min = 0, max = 50) int quota) {
    double[] scratch = confidence.clone();
    int[] picks = new int[confidence.length];
    int picked = TokenChooser.mostConfident(scratch, confidence.length, quota, picks);
    assertThat(picked).isEqualTo(Math.min(quota, confidence.length));
    double[] expected = confidence.clone();
    Arrays.sort(expected);
    for (int i = 0; i < picked; i++) {
      assertThat(confidence[picks[i]]).isEqualTo(expected[expected.length - 1 - i]);
    }
    assertThat(Arrays.stream(picks, 0, picked).distinct().count()).isEqualTo(picked);
  }
}
