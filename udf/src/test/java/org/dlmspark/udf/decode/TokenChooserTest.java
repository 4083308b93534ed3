package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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

  /** A confidence of minus infinity is still one: such an entry comes last, but it comes. */
  @Test
  void theLeastConfidenceThereIsIsPickedToo() {
    double least = Double.NEGATIVE_INFINITY;
    int[] picks = new int[3];
    assertThat(TokenChooser.mostConfident(new double[] {least, -5, least}, 3, 3, picks))
        .isEqualTo(3);
    assertThat(picks).containsExactly(1, 0, 2);
  }

  @Property
  void aThresholdLetsThroughWhatReachesIt(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(max = 10) Integer> tenths,
      @ForAll @IntRange(min = 1, max = 10) int threshold,
      @ForAll @IntRange(max = 5) int behind) {
    double[] confidence = confidences(tenths, 10, behind);
    long above = tenths.stream().filter(c -> c >= threshold).count();
    assertThat(TokenChooser.countAbove(confidence, tenths.size(), threshold / 10.0))
        .isEqualTo(above == 0 ? 1 : (int) above);
  }

  /** In eighths, so that both sides are exact and equality is met as well. */
  @Property
  void theFactorRuleTakesTheMostThatItsDefinitionAllows(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(max = 8) Integer> eighths,
      @ForAll @IntRange(min = 1, max = 40) int factor,
      @ForAll @IntRange(max = 5) int behind) {
    double[] confidence = confidences(eighths, 8, behind);
    double[] before = confidence.clone();
    List<Integer> descending = eighths.stream().sorted(Comparator.reverseOrder()).toList();
    int most = 1;
    for (int n = 1; n <= eighths.size(); n++) {
      if ((n + 1) * (8 - descending.get(n - 1)) < factor) {
        most = n;
      }
    }
    assertThat(TokenChooser.countByFactor(confidence, eighths.size(), factor / 8.0))
        .isEqualTo(most);
    assertThat(confidence).as("the confidences are needed after it").isEqualTo(before);
  }

  /** Confidences in front of entries that are not valid and would count. */
  private static double[] confidences(List<Integer> parts, double whole, int behind) {
    double[] confidence = new double[parts.size() + behind];
    Arrays.fill(confidence, 1);
    for (int i = 0; i < parts.size(); i++) {
      confidence[i] = parts.get(i) / whole;
    }
    return confidence;
  }
}
