package org.dlmspark.job.run;

import java.util.Locale;
import java.util.Map;

/**
 * Ends a run whose rows mostly fail.
 *
 * @param mostShare {@code job.max-error-share}
 */
record ErrorLimit(double mostShare) {

  /** A share of errors says nothing before so many rows. */
  static final long LEAST_ROWS = 200;

  /**
   * Looks at what a run has committed.
   *
   * @param total all of it
   * @throws IllegalStateException if the run is not worth going on
   */
  void check(WaveResult total) {
    if (total.rows() < LEAST_ROWS || total.failed() <= mostShare * total.rows()) {
      return;
    }
    Map.Entry<String, Long> worst =
        total.errors().entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    throw new IllegalStateException(
        String.format(
            Locale.ROOT,
            "stopped, since %,d of this run's %,d rows have an error, more than job.max-error-share"
                + " = %s: %,d %s, such as: %s; what is committed stays: mend what is wrong and start"
                + " again with --set output.mode=retry-failed, or raise job.max-error-share",
            total.failed(),
            total.rows(),
            mostShare,
            worst.getValue(),
            worst.getKey(),
            total.errorExample()));
  }
}
