package org.dlmspark.udf.text.jinja;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} in the C locale, of a time without a zone. */
final class Strftime {
  private final LocalDateTime time;

  private Strftime(LocalDateTime time) {
    this.time = time;
  }

  static String format(LocalDateTime time, String format) {
    Strftime strftime = new Strftime(time);
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i++);
      if (c != '%') {
        out.append(c);
        continue;
      }
      char flag =
          i < format.length() && "-_0^#".indexOf(format.charAt(i)) >= 0 ? format.charAt(i) : 0;
      i += flag == 0 ? 0 : 1;
      if (i >= format.length()) {
        throw Failure.unsupported("a date format that ends with '%'");
      }
      out.append(flagged(strftime.code(format.charAt(i++)), flag));
    }
    return out.toString();
  }

  private static String flagged(String text, char flag) {
    return switch (flag) {
      case '-' -> text.length() > 1 ? text.replaceFirst("^[0 ]+(?=[0-9])", "") : text;
      case '_' -> padded(text, ' ');
      case '0' -> padded(text, '0');
      case '^' -> text.toUpperCase(Locale.ROOT);
      case '#' -> throw Failure.unsupported("the flag '#' in a date format");
      default -> text;
    };
  }

  private static String padded(String text, char by) {
    int zeros = 0;
    while (zeros < text.length() - 1 && "0 ".indexOf(text.charAt(zeros)) >= 0) {
      zeros++;
    }
    return String.valueOf(by).repeat(zeros) + text.substring(zeros);
  }

  private String code(char code) {
    return switch (code) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'c' -> format(time, "%a %b %e %H:%M:%S %Y");
      case 'D', 'x' -> format(time, "%m/%d/%y");
      case 'F' -> format(time, "%Y-%m-%d");
      case 'R' -> format(time, "%H:%M");
      case 'r' -> format(time, "%I:%M:%S %p");
      case 'T', 'X' -> format(time, "%H:%M:%S");
      case 'C' -> number(time.getYear() / 100, 2, '0');
      case 'd' -> number(time.getDayOfMonth(), 2, '0');
      case 'e' -> number(time.getDayOfMonth(), 2, ' ');
      case 'f' -> number(time.getNano() / 1_000, 6, '0');
      case 'g' -> number(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0');
      case 'G' -> number(time.get(IsoFields.WEEK_BASED_YEAR), 1, '0');
      case 'H' -> number(time.getHour(), 2, '0');
      case 'I' -> number(hourOfHalfDay(), 2, '0');
      case 'j' -> number(time.getDayOfYear(), 3, '0');
      case 'k' -> number(time.getHour(), 2, ' ');
      case 'l' -> number(hourOfHalfDay(), 2, ' ');
      case 'm' -> number(time.getMonthValue(), 2, '0');
      case 'M' -> number(time.getMinute(), 2, '0');
      case 'n' -> "\n";
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'S' -> number(time.getSecond(), 2, '0');
      case 't' -> "\t";
      case 'u' -> number(time.getDayOfWeek().getValue(), 1, '0');
      case 'U' -> number(week(sundaysBefore()), 2, '0');
      case 'V' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0');
      case 'w' -> number(time.getDayOfWeek().getValue() % 7, 1, '0');
      case 'W' -> number(week(time.getDayOfWeek().getValue() - 1), 2, '0');
      case 'y' -> number(time.getYear() % 100, 2, '0');
      case 'Y' -> number(time.getYear(), 1, '0');
      // The time has no zone.
      case 'z', 'Z' -> "";
      case '%' -> "%";
      default -> throw Failure.unsupported("'%" + code + "' in a date format");
    };
  }

  private int hourOfHalfDay() {
    return time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
  }

  private int sundaysBefore() {
    return time.getDayOfWeek().getValue() % 7;
  }

  /** The week of the year where weeks start so many days before this one. */
  private int week(int daysIntoWeek) {
    return (time.getDayOfYear() + 6 - daysIntoWeek) / 7;
  }

  private static String number(int number, int width, char fill) {
    String digits = Integer.toString(number);
    return String.valueOf(fill).repeat(Math.max(0, width - digits.length())) + digits;
  }
}
