package org.dlmspark.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dlmspark.job.run.WaveCutter.Wave;
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

  /** Rows in cells as a hash throws them. */
  private static long[] thrown(long rows, Random random) {
    long[] cells = new long[WaveCutter.CELLS];
    for (long row = 0; row < rows; row++) {
      cells[random.nextInt(cells.length)]++;
    }
    return cells;
  }

  private static void assertEveryRowOnce(long[] cells, List<Wave> waves) {
    int next = 0;
    for (Wave wave : waves) {
      assertThat(wave.from()).isEqualTo(next);
      assertThat(wave.to()).isGreaterThan(next);
      assertThat(Arrays.stream(cells, wave.from(), wave.to()).sum()).isEqualTo(wave.rows());
      next = wave.to();
    }
    assertThat(next).isEqualTo(WaveCutter.CELLS);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 100, none",
    "1000, 1000, '1, committed when it is done'",
    "1000, 700, '2 of about 500 rows, each committed when it is done'",
    "1000, 100, '10 of about 100 rows, each committed when it is done'",
    "1000, 300, '4 of about 250 rows, each committed when it is done'",
    "500, 0, '1, committed when it is done'",
    "50000, 0, 'a first one of about 512 rows, then as many as take 5 minutes; each committed when"
        + " it is done'"
  })
  void outlook(long rows, int waveRows, String outlook) {
    assertThat(WaveCutter.outlook(rows, waveRows, 2)).isEqualTo(outlook);
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 100, 10",
    "1000, 1000, 1",
    "1000, 700, 2",
    "1000, 450, 3",
    "1000, 300, 4",
    "0, 100, 1",
    "1, 100, 1",
    "3, 1, 3"
  })
  void wavesOfAFixedSize(long rows, int waveRows, int waves) {
    long[] cells = thrown(rows, new Random(5));
    List<Wave> cut = all(new WaveCutter(cells, waveRows, 2));
    assertThat(cut).hasSizeBetween(waves, waves + 1).allMatch(wave -> wave.rows() <= waveRows);
    assertEveryRowOnce(cells, cut);
    assertThat(WaveCutter.isOneWave(rows, waveRows, 2)).isEqualTo(waves == 1);
  }

  /** What an interrupted run leaves: the first cells are done, the others are not. */
  @Test
  void whatIsLeftIsCutEvenly() {
    long[] cells = thrown(1000, new Random(6));
    Arrays.fill(cells, 0, WaveCutter.CELLS / 2, 0);
    List<Wave> cut = all(new WaveCutter(cells, 100, 2));
    assertEveryRowOnce(cells, cut);
    assertThat(cut).hasSizeBetween(5, 6).allMatch(wave -> wave.rows() >= 70 && wave.rows() <= 100);
  }

  @Test
  void withFewRowsThereIsOneWave() {
    assertThat(all(new WaveCutter(thrown(256, new Random(1)), 0, 2)))
        .containsExactly(new Wave(0, WaveCutter.CELLS, 256));
  }

  @Test
  void wavesGrowUntilTheyTakeFiveMinutes() {
    WaveCutter cutter = new WaveCutter(thrown(1_000_000, new Random(2)), 0, 2);
    List<Long> sizes = new ArrayList<>();
    while (cutter.hasNext()) {
      Wave wave = cutter.next();
      sizes.add(wave.rows());
      // A hundred rows a second.
      cutter.took(wave.rows(), Duration.ofMillis(10 * wave.rows()));
    }
    List<Long> wanted = List.of(512L, 2048L, 8192L, 30_000L, 30_000L);
    for (int i = 0; i < wanted.size(); i++) {
      // A cell has some 60 rows.
      assertThat(sizes.get(i)).isBetween(wanted.get(i) * 4 / 5, wanted.get(i) * 21 / 20);
    }
  }

  @Test
  void slowWavesShrink() {
    WaveCutter cutter = new WaveCutter(thrown(100_000, new Random(3)), 0, 2);
    assertThat(cutter.next().rows()).isBetween(500L, 512L);
    cutter.took(512, Duration.ofHours(1));
    assertThat(cutter.next().rows()).isBetween(30L, 44L);
  }

  @Test
  void everyRowIsInOneWaveWhateverTheWavesTake() {
    Random random = new Random(3);
    for (int round = 0; round < 100; round++) {
      long[] cells = thrown(random.nextInt(200_000), random);
      int waveRows = random.nextBoolean() ? 0 : 1000;
      WaveCutter cutter = new WaveCutter(cells, waveRows, 1 + round % 64);
      List<Wave> waves = new ArrayList<>();
      while (cutter.hasNext()) {
        waves.add(cutter.next());
        cutter.took(random.nextInt(10_000), Duration.ofMillis(random.nextInt(1_000_000)));
      }
      assertEveryRowOnce(cells, waves);
      assertThat(waves).allMatch(wave -> waveRows == 0 || wave.rows() <= waveRows);
    }
  }
}
