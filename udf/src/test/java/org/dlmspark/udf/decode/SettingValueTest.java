package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingValueTest {

  private static SettingValue value(Object value) {
    return new SettingValue("some.key", value, " (where)");
  }

  private static void refused(Object value, Consumer<SettingValue> reading, String message) {
    assertThatThrownBy(() -> reading.accept(value(value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void texts() {
    assertThat(value("a b").text()).isEqualTo("a b");
    assertThat(value(7).text()).isEqualTo("7");
    assertThat(value(null).text()).isNull();
    assertThat(value(null).isNull()).isTrue();
    assertThat(value("").isNull()).isFalse();
    assertThat(value(List.of("a", 7, true)).texts()).containsExactly("a", "7", "true");
    assertThat(value("a").texts()).containsExactly("a");
    assertThat(value(null).texts()).isEmpty();
    assertThat(value(List.of()).texts()).isEmpty();
    refused(
        List.of("a"), SettingValue::text, "some.key = [a]: must be one value, not a list (where)");
    refused(
        Arrays.asList("a", null),
        SettingValue::texts,
        "some.key = [a, null]: must be a list of texts (where)");
    refused(
        List.of("a", List.of("b")),
        SettingValue::texts,
        "some.key = [a, [b]]: must be a list of texts (where)");
  }

  /** What cannot be left open says so, and does not say {@code must be a number} of a null. */
  @Test
  void whatMustBeThere() {
    String message = "some.key = null: must have a value; leave it out for the default (where)";
    refused(null, SettingValue::present, message);
    refused(null, SettingValue::yesOrNo, message);
    refused(null, SettingValue::wholeInt, message);
    refused(null, SettingValue::whole, message);
    refused(null, SettingValue::number, message);
    refused(null, v -> v.choice(Schedule.values()), message);
    refused(null, v -> v.choiceOrAuto(Schedule.values()), message);
    assertThat(value(null).wholeIntOrNull()).isNull();
    assertThat(value(null).numberOrNull()).isNull();
  }

  @Test
  void yesOrNo() {
    assertThat(value("true").yesOrNo()).isTrue();
    assertThat(value(false).yesOrNo()).isFalse();
    refused("yes", SettingValue::yesOrNo, "some.key = \"yes\": must be true or false (where)");
    refused(1, SettingValue::yesOrNo, "some.key = 1: must be true or false (where)");
  }

  @Test
  void wholeNumbers() {
    assertThat(value("-3").wholeInt()).isEqualTo(-3);
    assertThat(value(8.0).wholeInt()).isEqualTo(8);
    assertThat(value("1e3").wholeInt()).isEqualTo(1000);
    assertThat(value(12L).wholeIntOrNull()).isEqualTo(12);
    assertThat(value(Integer.MIN_VALUE).wholeInt()).isEqualTo(Integer.MIN_VALUE);
    assertThat(value("9223372036854775807").whole()).isEqualTo(Long.MAX_VALUE);
    assertThat(value(Long.MIN_VALUE).whole()).isEqualTo(Long.MIN_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " 1", "many", "1.5", "0x10", "1e-999999999", "NaN", "Infinity"})
  void whatIsNoWholeNumberIsRefused(String text) {
    String message = "some.key = \"" + text + "\": must be a whole number (where)";
    refused(text, SettingValue::wholeInt, message);
    refused(text, SettingValue::wholeIntOrNull, message);
    refused(text, SettingValue::whole, message);
  }

  /** Whole they are; what is wrong with them is their size. */
  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775808", "-1e20", "1e999999999"})
  void whatIsTooLargeIsRefusedWithTheRange(String text) {
    refused(
        text,
        SettingValue::whole,
        "some.key = \""
            + text
            + "\": must be a whole number from -9223372036854775808 to 9223372036854775807"
            + " (where)");
    refused(
        text,
        SettingValue::wholeInt,
        "some.key = \""
            + text
            + "\": must be a whole number from -2147483648 to 2147483647 (where)");
  }

  @Test
  void wholeNumbersOfThirtyTwoBitsHaveTheirOwnRange() {
    refused(
        2147483648L,
        SettingValue::wholeInt,
        "some.key = 2147483648: must be a whole number from -2147483648 to 2147483647 (where)");
  }

  @Test
  void numbers() {
    assertThat(value("0.9").number()).isEqualTo(0.9);
    assertThat(value(0.9f).number()).as("as it is written").isEqualTo(0.9);
    assertThat(value(-2).number()).isEqualTo(-2);
    assertThat(value("1e-3").numberOrNull()).isEqualTo(1e-3);
    assertThat(value("1e999999999").number()).as("for the range check").isInfinite();
    assertThat(value("1e-999999999").number()).isZero();
    refused("hot", SettingValue::number, "some.key = \"hot\": must be a number (where)");
    refused(Double.NaN, SettingValue::numberOrNull, "some.key = NaN: must be a number (where)");
    refused(true, SettingValue::number, "some.key = true: must be a number (where)");
    refused(
        List.of(1), SettingValue::number, "some.key = [1]: must be one value, not a list (where)");
  }

  @Test
  void choices() {
    assertThat(value("even").choice(Schedule.values())).isEqualTo(Schedule.EVEN);
    assertThat(value("timestep").choiceOrAuto(Schedule.values())).isEqualTo(Schedule.TIMESTEP);
    assertThat(value("auto").<Schedule>choiceOrAuto(Schedule.values())).isNull();
    refused(
        "EVEN",
        v -> v.choice(Schedule.values()),
        "some.key = \"EVEN\": must be one of even, timestep, rounded, kept (where)");
    refused(
        "auto",
        v -> v.choice(Schedule.values()),
        "some.key = \"auto\": must be one of even, timestep, rounded, kept (where)");
    refused(
        "odd",
        v -> v.choiceOrAuto(Schedule.values()),
        "some.key = \"odd\": must be one of auto, even, timestep, rounded, kept (where)");
  }
}
