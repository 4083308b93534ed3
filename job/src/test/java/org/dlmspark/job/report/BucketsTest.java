package org.dlmspark.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BucketsTest {

  @Test
  void boundsAreRound() {
    assertThat(Buckets.of(1003, 2987, 24, 0.1)).isEqualTo(new Buckets(1000, 100, 20));
    assertThat(Buckets.of(0, 23, 24, 1)).isEqualTo(new Buckets(0, 1, 24));
    assertThat(Buckets.of(40, 4_000_000, 24, 1)).isEqualTo(new Buckets(0, 200_000, 21));
  }

  @Test
  void equalNumbersHaveOneBucket() {
    assertThat(Buckets.of(32, 32, 24, 1)).isEqualTo(new Buckets(32, 1, 1));
    assertThat(Buckets.of(0, 0, 24, 0.1).count()).isEqualTo(1);
  }

  @Test
  void intervalsOfAPeriodFillIt() {
    Buckets buckets = Buckets.between(0, 90, 60);
    assertThat(buckets.start(60)).isEqualTo(90);
    assertThat(buckets.width()).isEqualTo(1.5);
  }
}
