package org.dlmspark.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobPlanTest {

  @ParameterizedTest
  @CsvSource({
    "0, 2, 1",
    "1, 2, 1",
    "32, 2, 1",
    "33, 2, 2",
    "256, 2, 4",
    "10000, 2, 5",
    "10000, 64, 128",
    "1000000, 8, 489",
    "4000, 1000, 125"
  })
  void choosesPartitions(long rows, int parallelism, int partitions) {
    assertThat(JobPlan.choosePartitions(rows, parallelism)).isEqualTo(partitions);
  }
}
