package org.dlmspark.job.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.dlmspark.job.Console;
import org.dlmspark.job.report.ReportData.LengthGroup;
import org.dlmspark.job.report.ReportData.Measure;

/** How numbers, times and names read in a report, in its tables as in its plots. */
final class ReportTexts {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private ReportTexts() {}

  /** A text with grouped, locale-independent numbers, as {@link String#format} makes it. */
  static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  static String number(long value) {
    return text("%,d", value);
  }

  static String percent(long part, long whole) {
    return Console.percent((double) part / whole);
  }

  static String milliseconds(double value) {
    return text(value < 10 ? "%.1f ms" : "%,.0f ms", value);
  }

  /** Three digits that matter, or all before the point. */
  static String significant(double value) {
    return text(value < 0.1 ? "%.2g" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f", value);
  }

  /** A moment, in UTC. */
  static String time(Instant moment) {
    return TIME.format(moment);
  }

  /** What a measure is called. */
  static String name(Measure measure) {
    return switch (measure) {
      case DECODE_MS -> "Decode time";
      case QUEUE_MS -> "Queue time";
      case STEPS -> "Steps";
    };
  }

  /** A number that was measured, with its unit. */
  static String amount(double value, Measure measure) {
    return measure == Measure.STEPS ? text("%,.0f", value) : milliseconds(value);
  }

  /** The prompts of a group, by their tokens. */
  static String range(LengthGroup group) {
    return group.fromTokens() == group.toTokens()
        ? number(group.toTokens())
        : text("%,d to %,d", group.fromTokens(), group.toTokens());
  }
}
