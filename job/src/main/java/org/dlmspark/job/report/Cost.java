package org.dlmspark.job.report;

import java.util.List;
import org.dlmspark.job.output.Manifest;

/**
 * What tokens cost, by the time in which decoders computed and by the time that runs kept executors
 * for themselves, which is what a cluster charges for.
 *
 * @param busyMs the decoders' busy time
 * @param reservedMs the executors' time; 0 if the runs did not note how many there were
 * @param tokens tokens generated
 */
record Cost(double busyMs, double reservedMs, long tokens) {

  private static final double MS_AN_HOUR = 3.6e6;
  private static final double MS_A_DAY = 24 * MS_AN_HOUR;

  /** Of a run. */
  static Cost of(Manifest.Run run) {
    return new Cost(run.computeMs(), run.reserved().toMillis(), run.completionTokens());
  }

  /**
   * Of several runs together. Those that noted no executors are left out where others did, so that
   * all parts are of the same runs.
   */
  static Cost of(List<Manifest.Run> runs) {
    List<Manifest.Run> noted = runs.stream().filter(run -> run.executors() > 0).toList();
    return (noted.isEmpty() ? runs : noted)
        .stream().map(Cost::of).reduce(new Cost(0, 0, 0), Cost::plus);
  }

  private Cost plus(Cost other) {
    return new Cost(busyMs + other.busyMs, reservedMs + other.reservedMs, tokens + other.tokens);
  }

  String busyHours() {
    return ReportTexts.significant(busyMs / MS_AN_HOUR);
  }

  String reservedHours() {
    return reservedMs > 0 ? ReportTexts.significant(reservedMs / MS_AN_HOUR) : "not noted";
  }

  /** Days of a busy device for a billion tokens; empty without tokens. */
  String busyDays() {
    return perBillion(busyMs);
  }

  /** Days of a reserved device for a billion tokens; empty without tokens. */
  String reservedDays() {
    return reservedMs > 0 ? perBillion(reservedMs) : "not noted";
  }

  private String perBillion(double ms) {
    return tokens == 0 ? "" : ReportTexts.significant(ms / MS_A_DAY / tokens * 1e9);
  }
}
