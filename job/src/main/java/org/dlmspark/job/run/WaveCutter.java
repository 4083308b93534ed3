package org.dlmspark.job.run;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * Cuts rows into waves. Each row falls into a cell by a hash of its name, or of its prompt where
 * identical rows are to meet; a wave is the next range of cells. So a wave needs no list of its
 * rows, and which rows are in it depends neither on the order of the input nor on its files.
 */
final class WaveCutter {
  /** Cells in all: as many numbers as one wave after another is cut by. */
  static final int CELLS = 1 << 14;

  private static final int AIM_SECONDS = 300;
  private static final long FIRST_ROWS_A_TASK = 64;
  private static final long LEAST_FIRST_ROWS = 512;

  /** A rate measured on few rows is not trusted far. */
  private static final int MOST_GROWTH = 4;

  private final long[] rows;
  private final boolean fixed;
  private double waveRows;
  private long left;
  private int next;

  /**
   * A wave.
   *
   * @param from its first cell
   * @param to the cell after its last
   * @param rows its rows
   */
  record Wave(int from, int to, long rows) {}

  /**
   * Begins to cut.
   *
   * @param rows the rows in each cell; those of cells behind its end are none
   * @param waveRows {@code job.wave-rows}, which no wave exceeds unless a single cell does; 0 to
   *     choose by time
   * @param parallelism tasks that Spark runs at the same time
   */
  WaveCutter(long[] rows, int waveRows, int parallelism) {
    this.rows = Arrays.copyOf(rows, CELLS);
    fixed = waveRows > 0;
    this.waveRows = firstRows(waveRows, parallelism);
    left = Arrays.stream(rows).sum();
  }

  private static double firstRows(int waveRows, int parallelism) {
    return waveRows > 0 ? waveRows : Math.max(LEAST_FIRST_ROWS, FIRST_ROWS_A_TASK * parallelism);
  }

  /** How many waves so many rows are; chosen by time, a last one may be half as large again. */
  private static long waves(long rows, double waveRows, boolean fixed) {
    return Math.max(1, (long) (fixed ? Math.ceil(rows / waveRows) : Math.rint(rows / waveRows)));
  }

  /**
   * Whether all rows are one wave, so that nobody has to count the rows of cells.
   *
   * @param rows rows in all
   * @param waveRows {@code job.wave-rows}
   * @param parallelism tasks that Spark runs at the same time
   */
  static boolean isOneWave(long rows, int waveRows, int parallelism) {
    return waves(rows, firstRows(waveRows, parallelism), waveRows > 0) == 1;
  }

  /**
   * Whether any cell is left.
   *
   * @return false after the last wave
   */
  boolean hasNext() {
    return next < CELLS;
  }

  /**
   * The next wave.
   *
   * @return at least one cell; what is left is shared evenly by the waves to come
   */
  Wave next() {
    double share = (double) left / waves(left, waveRows, fixed);
    int to = next;
    long had = 0;
    do {
      had += rows[to++];
    } while (to < CELLS && had + rows[to] <= Math.ceil(share));
    if (had == left) {
      to = CELLS;
    }
    Wave wave = new Wave(next, to, had);
    left -= had;
    next = to;
    return wave;
  }

  /**
   * What is to come, for a plan.
   *
   * @param rows rows in all
   * @param waveRows {@code job.wave-rows}
   * @param parallelism tasks that Spark runs at the same time
   * @return such as {@code 3 of about 100 rows}
   */
  static String outlook(long rows, int waveRows, int parallelism) {
    if (rows == 0) {
      return "none";
    }
    double first = firstRows(waveRows, parallelism);
    long waves = waves(rows, first, waveRows > 0);
    if (waves == 1) {
      return "1, committed when it is done";
    }
    return waveRows > 0
        ? String.format(
            Locale.ROOT,
            "%,d of about %,d rows, each committed when it is done",
            waves,
            Math.round((double) rows / waves))
        : String.format(
            Locale.ROOT,
            "a first one of about %,.0f rows, then as many as take %d minutes; each committed when"
                + " it is done",
            first,
            AIM_SECONDS / 60);
  }

  /**
   * Learns from a wave how long the next one should be.
   *
   * @param had rows it had
   * @param time the time it took
   */
  void took(long had, Duration time) {
    if (!fixed && had > 0) {
      double rowsASecond = had / Math.max(1e-3, time.toNanos() / 1e9);
      waveRows = Math.max(1, Math.min(rowsASecond * AIM_SECONDS, MOST_GROWTH * waveRows));
    }
  }
}
