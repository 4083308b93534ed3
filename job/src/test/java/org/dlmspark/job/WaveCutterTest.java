package org.dlmspark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dlmspark.job.WaveCutter.Wave;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaveCutterTest {

  private static List<Wave> all(WaveCutter cutter) {
    List<Wave> waves = new ArrayList<>();
    while (cutter.hasNext()) {
      waves.add(cutter.next());
    }
    return waves;
  }

  private static void assertEveryBucketOnce(List<Wave> waves) {
    int next = 0;
    for (Wave wave : waves) {
      assertThat(wave.from()).isEqualTo(next);
      assertThat(wave.to()).isGreaterThan(next);
      next = wave.to();
    }
    assertThat(next).isEqualTo(WaveCutter.BUCKETS);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 100, none",
    "1000, 700, '1, committed when it is done'",
    "1000, 100, 'about 10 of 100 rows, each committed when it is done'",
    "1000, 300, 'about 3 of 300 rows, each committed when it is done'",
    "500, 0, '1, committed when it is done'",
    "50000, 0, 'a first one of about 512 rows, then as many as take 5 minutes; each committed when"
        + " it is done'"
  })
  void outlook(long rows, int waveRows, String outlook) {
    assertThat(new WaveCutter(rows, waveRows, 2).outlook()).isEqualTo(outlook);
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 100, 10",
    "1000, 1000, 1",
    "1000, 700, 1",
    "1000, 450, 2",
    "1000, 300, 3",
    "0, 100, 1",
    "1, 100, 1",
    "3, 1, 3"
  })
  void wavesOfAFixedSize(long rows, int waveRows, int waves) {
    List<Wave> cut = all(new WaveCutter(rows, waveRows, 2));
    assertThat(cut).hasSize(waves);
    assertEveryBucketOnce(cut);
    assertThat(cut.stream().mapToLong(Wave::expectedRows).sum())
        .isBetween(rows - waves, rows + waves);
  }

  @Test
  void withFewRowsThereIsOneWave() {
    assertThat(all(new WaveCutter(256, 0, 2))).containsExactly(new Wave(0, 1 << 20, 256));
  }

  @Test
  void wavesGrowUntilTheyTakeFiveMinutes() {
    WaveCutter cutter = new WaveCutter(1_000_000, 0, 2);
    List<Long> sizes = new ArrayList<>();
    while (cutter.hasNext()) {
      Wave wave = cutter.next();
      sizes.add(wave.expectedRows());
      // A hundred rows a second.
      cutter.took(wave.expectedRows(), Duration.ofMillis(10 * wave.expectedRows()));
    }
    assertThat(sizes).startsWith(512L, 2048L, 8192L, 30_000L, 30_000L);
  }

  @Test
  void slowWavesShrink() {
    WaveCutter cutter = new WaveCutter(100_000, 0, 2);
    assertThat(cutter.next().expectedRows()).isEqualTo(512);
    cutter.took(512, Duration.ofHours(1));
    assertThat(cutter.next().expectedRows()).isBetween(42L, 44L);
  }

  @Test
  void everyBucketIsInOneWaveWhateverTheWavesTake() {
    Random random = new Random(3);
    for (int round = 0; round < 500; round++) {
      long rows = random.nextInt(2_000_000);
      WaveCutter cutter = new WaveCutter(rows, random.nextBoolean() ? 0 : 1000, 1 + round % 64);
      List<Wave> waves = new ArrayList<>();
      while (cutter.hasNext()) {
        waves.add(cutter.next());
        cutter.took(random.nextInt(10_000), Duration.ofMillis(random.nextInt(1_000_000)));
      }
      assertEveryBucketOnce(waves);
    }
  }
}
