package org.dlmspark.udf.decode;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One setting's value before it is known to be of the right type. Its methods read it as what it
 * has to be; all throw {@link IllegalArgumentException} with a message of name, value and remedy.
 *
 * @param name what the user calls it: a key of the settings, or a column
 * @param value a text, a number, true or false, a list of such, or null
 * @param origin where the value was set, for messages, such as {@code (--set seed)}; may be empty
 */
public record SettingValue(String name, Object value, String origin) {
  private static final String AUTO = "auto";

  /**
   * Whether nothing is set.
   *
   * @return true for null
   */
  boolean isNull() {
    return value == null;
  }

  /**
   * A text.
   *
   * @return the text, or null
   */
  public String text() {
    if (value instanceof List) {
      throw wrong("must be one value, not a list");
    }
    return isNull() ? null : value.toString();
  }

  /**
   * A text that must be there.
   *
   * @return the text
   */
  public String present() {
    if (isNull()) {
      throw wrong("must have a value; leave it out for the default");
    }
    return text();
  }

  /**
   * Several texts.
   *
   * @return the list's texts, the one text, or none for null
   */
  public List<String> texts() {
    if (value instanceof List<?> list) {
      if (list.stream().anyMatch(item -> item == null || item instanceof List)) {
        throw wrong("must be a list of texts");
      }
      return list.stream().map(Object::toString).toList();
    }
    return isNull() ? List.of() : List.of(text());
  }

  /**
   * A yes or no.
   *
   * @return true or false
   */
  public boolean yesOrNo() {
    return switch (present()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong("must be true or false");
    };
  }

  /**
   * A whole number.
   *
   * @return the number
   */
  public int wholeInt() {
    return (int) whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /**
   * A whole number that may be left open.
   *
   * @return the number, or null
   */
  Integer wholeIntOrNull() {
    return isNull() ? null : (Integer) wholeInt();
  }

  /**
   * A whole number of 64 bits.
   *
   * @return the number
   */
  long whole() {
    return whole(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private long whole(long min, long max) {
    try {
      BigDecimal number = new BigDecimal(present());
      if (number.compareTo(BigDecimal.valueOf(min)) < 0
          || number.compareTo(BigDecimal.valueOf(max)) > 0) {
        throw wrong("must be a whole number from " + min + " to " + max);
      }
      return number.longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong("must be a whole number");
    }
  }

  /**
   * A number.
   *
   * @return the number
   */
  public double number() {
    try {
      return new BigDecimal(present()).doubleValue();
    } catch (NumberFormatException e) {
      throw wrong("must be a number");
    }
  }

  /**
   * A number that may be left open.
   *
   * @return the number, or null
   */
  public Double numberOrNull() {
    return isNull() ? null : (Double) number();
  }

  /**
   * One of several names.
   *
   * @param choices what there is to choose from
   * @return the choice of that name
   */
  public <E extends Named> E choice(E[] choices) {
    return choice(choices, List.of());
  }

  /**
   * One of several names, or {@code auto} for what is left open.
   *
   * @param choices what there is to choose from
   * @return the choice of that name, or null for {@code auto}
   */
  <E extends Named> E choiceOrAuto(E[] choices) {
    return AUTO.equals(present()) ? null : choice(choices, List.of(AUTO));
  }

  private <E extends Named> E choice(E[] choices, List<String> others) {
    String text = present();
    for (E choice : choices) {
      if (choice.settingName().equals(text)) {
        return choice;
      }
    }
    throw wrong(
        "must be one of "
            + Stream.concat(others.stream(), Arrays.stream(choices).map(Named::settingName))
                .collect(Collectors.joining(", ")));
  }

  /**
   * The error for a value that does not do.
   *
   * @param remedy what would do
   * @return the exception, to be thrown
   */
  public IllegalArgumentException wrong(String remedy) {
    return new IllegalArgumentException(name + " = " + shown() + ": " + remedy + origin);
  }

  private String shown() {
    return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
  }
}
