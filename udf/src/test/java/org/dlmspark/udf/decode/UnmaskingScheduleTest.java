package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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
}
