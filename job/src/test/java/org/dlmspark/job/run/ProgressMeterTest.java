package org.dlmspark.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dlmspark.udf.service.ExecutorState;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {

  private final ProgressMeter meter = new ProgressMeter(1000);

  private static long at(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  private static ExecutorState executor(String id, long rows, long failed, long tokens) {
    return new ExecutorState(
        id, 100, 100, 1200, rows - failed, 0, failed, tokens, 0, 0, 0, 1, 16, 0, 0);
  }

  private static ExecutorState loading(String id, long loaded) {
    return new ExecutorState(id, 16_000_000_000L, loaded, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  private static WaveResult committed(long rows, long failed) {
    return new WaveResult(
        rows, Map.of("PROMPT_EMPTY", failed), "", rows * 10, 0, 0, Duration.ofSeconds(10));
  }

  @Test
  void saysWhatItWaitsForBeforeTheFirstRow() {
    assertThat(meter.at(0, List.of()).line()).isEqualTo("waiting for executors");
    assertThat(meter.at(at(1), List.of(loading("1", 4_000_000_000L), loading("2", 0))).line())
        .isEqualTo("waiting for the model: 12% of 16.0 GB loaded on 2 executors");
    assertThat(meter.at(at(2), List.of(loading("1", 0), executor("2", 0, 0, 0))).line())
        .isEqualTo("waiting for the first rows");
    assertThat(meter.at(at(3), List.of(loading("1", 0), executor("2", 1, 0, 10))).line())
        .startsWith("1 of 1,000 rows (0.1%)");
  }

  @Test
  void aRunWithNothingToDoWaitsForNothing() {
    assertThat(new ProgressMeter(0).at(0, List.of()).line()).isEqualTo("0 of 0 rows (100.0%)");
  }

  @Test
  void addsUpExecutorsAndTakesTheTimeFromTheFirstRow() {
    meter.at(at(0), List.of(loading("1", 0)));
    meter.at(at(100), List.of(executor("1", 0, 0, 0), executor("2", 0, 0, 0)));
    Progress progress =
        meter.at(at(110), List.of(executor("1", 60, 0, 600), executor("2", 40, 10, 400)));
    assertThat(progress.rows()).isEqualTo(100);
    assertThat(progress.tokensPerSecond()).isEqualTo(100);
    assertThat(progress.left()).isEqualTo(Duration.ofSeconds(90));
    assertThat(progress.line())
        .isEqualTo(
            "100 of 1,000 rows (10.0%), 10.0% with an error, 100.0 tokens a second, 2 min left");
  }

  @Test
  void theRateIsThatOfTheLastMinute() {
    for (int second = 0; second <= 200; second++) {
      // 1 row of 10 tokens a second, then 2.
      long rows = second <= 100 ? second : 100 + 2 * (second - 100);
      Progress progress = meter.at(at(second), List.of(executor("1", rows, 0, 10 * rows)));
      if (second == 100) {
        assertThat(progress.tokensPerSecond()).isEqualTo(10);
      } else if (second == 130) {
        assertThat(progress.tokensPerSecond()).isEqualTo(15);
      } else if (second == 200) {
        assertThat(progress.tokensPerSecond()).isEqualTo(20);
      }
    }
  }

  @Test
  void aCommitSetsRightWhatFailedAttemptsCounted() {
    meter.at(at(0), List.of(executor("1", 0, 0, 0)));
    // 150 rows were computed for a wave of 100, since an executor was lost.
    List<ExecutorState> executors = List.of(executor("1", 50, 0, 500), executor("2", 100, 0, 1000));
    assertThat(meter.at(at(10), executors).rows()).isEqualTo(150);
    meter.committed(committed(100, 7), at(11), executors);
    assertThat(meter.at(at(12), executors).rows()).isEqualTo(100);
    assertThat(meter.at(at(12), executors).failed()).isEqualTo(7);
    List<ExecutorState> later = List.of(executor("1", 50, 0, 500), executor("2", 130, 1, 1300));
    assertThat(meter.at(at(20), later).rows()).isEqualTo(130);
    assertThat(meter.at(at(20), later).failed()).isEqualTo(8);
  }

  @Test
  void neverShowsMoreThanThereIsToDo() {
    List<ExecutorState> executors = List.of(executor("1", 1200, 0, 12000));
    assertThat(meter.at(at(1), executors).rows()).isEqualTo(1000);
    assertThat(meter.at(at(1), executors).line()).startsWith("1,000 of 1,000 rows (100.0%)");
  }

  @Test
  void longTimesAreSaidInHours() {
    Progress progress = new Progress(1, 10, 0, 0, Duration.ofMinutes(135), null);
    assertThat(progress.line()).isEqualTo("1 of 10 rows (10.0%), 2 h 15 min left");
    progress = new Progress(1, 10, 0, 0, Duration.ofSeconds(89), null);
    assertThat(progress.line()).isEqualTo("1 of 10 rows (10.0%), 89 s left");
  }
}
