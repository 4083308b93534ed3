package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The schedules of Tiny-A2D and of RND1. */
final class LaterSchedulesTest {
  private static final int MOST = 130;

  private static List<Integer> rounded(int masks, int steps) {
    List<Integer> quotas = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      quotas.add(UnmaskingSchedule.roundedQuota(masks, steps, step));
    }
    return quotas;
  }

  /**
   * A step's quota of what the steps before it have left, of a region that is masked as a whole.
   */
  private static List<Integer> kept(int region, int steps) {
    List<Integer> quotas = new ArrayList<>();
    int left = region;
    for (int step = 0; step < steps; step++) {
      int quota = UnmaskingSchedule.keptQuota(left, region, steps, step);
      quotas.add(quota);
      left -= quota;
    }
    return quotas;
  }

  private static int sum(List<Integer> quotas) {
    return quotas.stream().mapToInt(Integer::intValue).sum();
  }

  @Test
  void roundedSharesHaveHalvesToEven() {
    assertThat(rounded(7, 5)).containsExactly(1, 2, 1, 2, 1);
    assertThat(rounded(8, 3)).containsExactly(3, 2, 3);
    assertThat(rounded(10, 4)).containsExactly(2, 3, 2, 3);
  }

  @Test
  void aStepThatWouldDecodeNothingIsLeftOut() {
    // 1/5, 1/4 and 1/3 of one mask round to none, and so does a half.
    assertThat(rounded(1, 5)).containsExactly(1, 0, 0, 0, 0);
    assertThat(rounded(7, 1)).containsExactly(7);
  }

  @Test
  void roundedQuotasAddUpToTheMasks() {
    for (int masks = 1; masks <= MOST; masks++) {
      for (int steps = 1; steps <= MOST; steps++) {
        List<Integer> quotas = rounded(masks, steps);
        assertThat(quotas).allMatch(quota -> quota >= 0);
        assertThat(sum(quotas)).as("%d masks in %d steps", masks, steps).isEqualTo(masks);
        int taking = (int) quotas.stream().filter(quota -> quota > 0).count();
        assertThat(quotas.subList(0, taking)).doesNotContain(0);
        assertThat(UnmaskingSchedule.roundedQuota(masks, steps, taking)).isZero();
      }
    }
  }

  @Test
  void keptSharesAreRoundedDownInFloat32() {
    List<Integer> quotas = kept(38, 38);
    // 27 / 38 * 38 is a little less than 27 in float32, so that 26 stay.
    assertThat(quotas.get(10)).isEqualTo(2);
    assertThat(quotas.get(11)).isZero();
    assertThat(quotas.subList(0, 10)).containsOnly(1);
    assertThat(sum(quotas)).isEqualTo(38);
  }

  @Test
  void keptQuotasAddUpToTheMasks() {
    for (int region = 1; region <= MOST; region++) {
      for (int steps = 1; steps <= MOST; steps++) {
        List<Integer> quotas = kept(region, steps);
        assertThat(quotas).allMatch(quota -> quota >= 0);
        assertThat(sum(quotas)).as("%d masks in %d steps", region, steps).isEqualTo(region);
      }
    }
  }

  @Property
  void aShareOfTheRegionStaysMaskedAfterEachStep(
      @ForAll @IntRange(min = 1, max = 300) int region,
      @ForAll @IntRange(min = 1, max = 300) int steps) {
    int left = region;
    for (int step = 0; step < steps; step++) {
      left -= UnmaskingSchedule.keptQuota(left, region, steps, step);
      long exact = (long) region * (steps - 1 - step) / steps;
      boolean whole = (long) region * (steps - 1 - step) % steps == 0;
      assertThat((long) left).isBetween(whole ? exact - 1 : exact, exact);
    }
    assertThat(left).isZero();
  }

  @Test
  void whatThePromptOrAnEarlierStepHasTakenIsNotTakenAgain() {
    assertThat(UnmaskingSchedule.keptQuota(3, 10, 2, 0)).isZero();
    assertThat(UnmaskingSchedule.keptQuota(3, 10, 2, 1)).isEqualTo(3);
    assertThat(UnmaskingSchedule.keptQuota(3, 10, 2, 5)).isEqualTo(3);
  }
}
