package org.dlmspark.job;

import java.time.Duration;
import java.util.Locale;

/**
 * Cuts rows into waves. Each row falls into one of 2^20 buckets by a hash of its name, or of its
 * prompt where identical rows are to meet; a wave is the next range of buckets. So a wave needs no
 * list of its rows, and a row's wave depends neither on the order of the input nor on its files.
 */
final class WaveCutter {
  /** Buckets in all. */
  static final int BUCKETS = 1 << 20;

  private static final int AIM_SECONDS = 300;
  private static final long FIRST_ROWS_A_TASK = 64;
  private static final long LEAST_FIRST_ROWS = 512;

  /** A rate measured on few rows is not trusted far. */
  private static final int MOST_GROWTH = 4;

  private final long rows;
  private final boolean fixed;
  private double waveRows;
  private int next;

  /**
   * A wave.
   *
   * @param from its first bucket
   * @param to the bucket after its last
   * @param expectedRows about how many rows it has
   */
  record Wave(int from, int to, long expectedRows) {}

  /**
   * Begins to cut.
   *
   * @param rows rows in all
   * @param waveRows {@code job.wave-rows}; 0 to choose by time
   * @param parallelism tasks that Spark runs at the same time
   */
  WaveCutter(long rows, int waveRows, int parallelism) {
    this.rows = rows;
    fixed = waveRows > 0;
    this.waveRows = fixed ? waveRows : Math.max(LEAST_FIRST_ROWS, FIRST_ROWS_A_TASK * parallelism);
  }

  /**
   * Whether any bucket is left.
   *
   * @return false after the last wave
   */
  boolean hasNext() {
    return next < BUCKETS;
  }

  /**
   * The next wave.
   *
   * @return at least one bucket
   */
  Wave next() {
    double share = rows == 0 ? 1 : waveRows / rows;
    long wanted = Math.max(1, Math.round(share * BUCKETS));
    int left = BUCKETS - next;
    // What would be less than half a wave is part of this one.
    int to = wanted * 1.5 >= left ? BUCKETS : (int) (next + wanted);
    Wave wave = new Wave(next, to, Math.round((double) rows * (to - next) / BUCKETS));
    next = to;
    return wave;
  }

  /**
   * What is to come, before the first wave.
   *
   * @return such as {@code 3 of about 100 rows}
   */
  String outlook() {
    if (rows == 0) {
      return "none";
    }
    if (waveRows * 1.5 >= rows) {
      return "1, committed when it is done";
    }
    return fixed
        ? String.format(
            Locale.ROOT,
            "about %,d of %,.0f rows, each committed when it is done",
            (long) Math.ceil(rows / waveRows - 0.5),
            waveRows)
        : String.format(
            Locale.ROOT,
            "a first one of about %,.0f rows, then as many as take %d minutes; each committed when"
                + " it is done",
            waveRows,
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
