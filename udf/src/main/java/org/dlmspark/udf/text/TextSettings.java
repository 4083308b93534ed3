package org.dlmspark.udf.text;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * What of a run's settings decides how messages become tokens.
 *
 * @param date the day that a chat template is told when it asks for the date, {@code input.date}
 * @param allowSpecialTokens whether the text of a special token in a message becomes that token,
 *     {@code input.allow-special-tokens}
 */
public record TextSettings(LocalDate date, boolean allowSpecialTokens) implements Serializable {

  /**
   * Reads the settings.
   *
   * @param date a day as {@code yyyy-MM-dd}; null for today, in this machine's time zone
   * @param allowSpecialTokens see above
   * @return the settings
   * @throws IllegalArgumentException naming {@code input.date} if that is no day
   */
  public static TextSettings of(String date, boolean allowSpecialTokens) {
    return new TextSettings(
        date == null ? LocalDate.now(ZoneId.systemDefault()) : day(date), allowSpecialTokens);
  }

  private static LocalDate day(String date) {
    try {
      // Python's dates have a year of four digits, from 1.
      if (date.matches("\\d{4}-\\d\\d-\\d\\d") && !date.startsWith("0000")) {
        return LocalDate.parse(date);
      }
    } catch (DateTimeException e) {
      throw wrong(date, e);
    }
    throw wrong(date, null);
  }

  private static IllegalArgumentException wrong(String date, DateTimeException cause) {
    return new IllegalArgumentException(
        "input.date = " + date + ": must be a day, such as 2024-07-26, or null for today", cause);
  }

  /**
   * These settings on another day.
   *
   * @param day the day
   * @return settings with that {@link #date}
   */
  public TextSettings on(LocalDate day) {
    return new TextSettings(day, allowSpecialTokens);
  }
}
