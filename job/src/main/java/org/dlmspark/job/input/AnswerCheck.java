package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.udf;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;

/**
 * Compares a completion with a reference answer, in the manner of GSM8K: the last match of a
 * pattern holds the answer, and numbers are equal by value ({@code 1,000} and {@code 1000.0}).
 */
final class AnswerCheck implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Longer text is no number worth parsing: the time to parse grows with the square. */
  private static final int LONGEST_NUMBER = 100;

  private final Pattern pattern;

  /**
   * Creates the check.
   *
   * @param pattern finds the answer in its one group
   */
  AnswerCheck(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * Whether a completion gives the right answer.
   *
   * @param completion generated text; null counts as wrong
   * @param reference the answer, or a text that ends in one in the same form
   * @return true if it does
   */
  boolean isRight(String completion, String reference) {
    if (completion == null || reference == null) {
      return false;
    }
    String found = found(completion);
    return found != null && same(found, wanted(reference));
  }

  /** The answer that a completion gives; null if there is none. */
  private String found(String completion) {
    return completion == null ? null : lastMatch(completion).orElse(null);
  }

  /** The right answer. */
  private String wanted(String reference) {
    return reference == null ? null : lastMatch(reference).orElse(reference);
  }

  /**
   * The same, of columns.
   *
   * @param completion generated text
   * @param reference the answers, as text
   * @return a column of true and false
   */
  Column isRight(Column completion, Column reference) {
    UDF2<String, String, Boolean> check = this::isRight;
    return udf(check, DataTypes.BooleanType).apply(completion, reference);
  }

  /** The answers that completions give, null where there is none. */
  Column found(Column completion) {
    UDF1<String, String> found = this::found;
    return udf(found, DataTypes.StringType).apply(completion);
  }

  /** The right answers without what leads to them. */
  Column wanted(Column reference) {
    UDF1<String, String> wanted = this::wanted;
    return udf(wanted, DataTypes.StringType).apply(reference);
  }

  private Optional<String> lastMatch(String text) {
    String last = null;
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      last = matcher.group(1) == null ? last : matcher.group(1);
    }
    return Optional.ofNullable(last);
  }

  private static boolean same(String given, String wanted) {
    Optional<BigDecimal> number = number(given);
    Optional<BigDecimal> wantedNumber = number(wanted);
    if (number.isPresent() && wantedNumber.isPresent()) {
      return number.get().compareTo(wantedNumber.get()) == 0;
    }
    return given.strip().equals(wanted.strip());
  }

  private static Optional<BigDecimal> number(String text) {
    String plain = text.strip().replace(",", "");
    if (plain.length() > LONGEST_NUMBER || !plain.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)")) {
      return Optional.empty();
    }
    return Optional.of(new BigDecimal(plain));
  }
}
