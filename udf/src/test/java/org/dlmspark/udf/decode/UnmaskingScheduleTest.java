package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class UnmaskingScheduleTest {

  @Test
  void theFirstStepsTakeTheRemainder() {
    int[] quotas = new int[4];
    for (int step = 0; step < 4; step++) {
      quotas[step] = UnmaskingSchedule.evenQuota(10, 4, step);
    }
    assertThat(quotas).containsExactly(3, 3, 2, 2);
  }

  @Property
  void quotasAddUpAndNeverGrow(
      @ForAll @IntRange(min = 1, max = 300) int masks,
      @ForAll @IntRange(min = 1, max = 300) int steps) {
    int sum = 0;
    int previous = Integer.MAX_VALUE;
    for (int step = 0; step < steps; step++) {
      int quota = UnmaskingSchedule.evenQuota(masks, steps, step);
      assertThat(quota).isBetween(0, previous);
      previous = quota;
      sum += quota;
    }
    assertThat(sum).isEqualTo(masks);
  }

  /** What PyTorch's float32 arithmetic gives for eps 1e-3, and for one that stops half way. */
  @Test
  void timestepsGiveWhatTheModelsAuthorsGet() {
    assertThat(timestepQuotas(16, 8, 1e-3)).containsExactly(1, 2, 2, 2, 2, 2, 2, 3);
    assertThat(timestepQuotas(20, 10, 1e-3)).containsExactly(1, 2, 2, 2, 2, 2, 2, 2, 2, 3);
    int[] oneEach = new int[24];
    Arrays.fill(oneEach, 1);
    oneEach[0] = 0;
    oneEach[23] = 2;
    assertThat(timestepQuotas(24, 24, 1e-3)).isEqualTo(oneEach);
    assertThat(timestepQuotas(16, 8, 0.5)).containsExactly(1, 0, 1, 1, 1, 1, 1, 10);
    assertThat(timestepQuotas(7, 1, 1e-3)).containsExactly(7);
  }

  /** A step's quota of what the steps before it have left. */
  private static int[] timestepQuotas(int masked, int steps, double eps) {
    int[] quotas = new int[steps];
    int left = masked;
    for (int step = 0; step < steps; step++) {
      quotas[step] = UnmaskingSchedule.timestepQuota(left, steps, step, eps);
      left -= quotas[step];
    }
    return quotas;
  }

  @Property
  void timestepsAskForNoMoreThanThereIsAndLeaveNothing(
      @ForAll @IntRange(min = 1, max = 5000) int masked,
      @ForAll @IntRange(min = 1, max = 300) int steps,
      @ForAll @DoubleRange(min = 0, max = 1, minIncluded = false, maxIncluded = false) double eps) {
    int left = masked;
    for (int step = 0; step < steps; step++) {
      int quota = UnmaskingSchedule.timestepQuota(left, steps, step, eps);
      assertThat(quota).isBetween(0, left);
      left -= quota;
    }
    assertThat(left).isZero();
  }
}
