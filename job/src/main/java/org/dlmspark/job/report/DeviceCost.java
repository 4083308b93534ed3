package org.dlmspark.job.report;

import java.util.Locale;
import org.dlmspark.job.output.RowTotals;

/**
 * What rows cost, in the time that their decoders were busy.
 *
 * @param device the kind of device, such as {@code gpu}; {@code device} for several kinds together
 * @param totals sums over the rows
 */
record DeviceCost(String device, RowTotals totals) {

  private static final double MS_AN_HOUR = 3.6e6;
  private static final double MS_A_DAY = 24 * MS_AN_HOUR;

  /** Over all rows of an output. */
  static DeviceCost ofAll(ReportData data) {
    return new DeviceCost(
        data.devices().size() == 1 ? data.devices().keySet().iterator().next() : "device",
        data.totals());
  }

  String hours() {
    return ReportTexts.significant(totals.computeMs() / MS_AN_HOUR);
  }

  /** How long one device takes for a billion tokens, if there are any, in {@link #days}. */
  String daysPerBillion() {
    return ReportTexts.significant(totals.computeMs() / MS_A_DAY / totals.completionTokens() * 1e9);
  }

  /** What its days are called, such as {@code GPU-days}. */
  String days() {
    return device.equals("device") ? "device-days" : device.toUpperCase(Locale.ROOT) + "-days";
  }
}
