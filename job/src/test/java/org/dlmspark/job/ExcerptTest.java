package org.dlmspark.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {

  @Test
  void aLongTextIsCut() {
    assertThat(Excerpt.shortened(" one\n\ttwo ", 7)).isEqualTo("one two");
    assertThat(Excerpt.shortened("one two", 6)).isEqualTo("one tw...");
    assertThat(Excerpt.shortened(null, 6)).isEqualTo("null");
  }

  @Test
  void whatATerminalWouldObeyIsEscaped() {
    assertThat(Excerpt.shortened("one\u001b[2K\0two", 20)).isEqualTo("one\\u001b[2K\\u0000two");
    assertThat(Excerpt.quoted("one\u009btwo", 20)).isEqualTo("\"one\\u009btwo\"");
  }

  @Test
  void aValueKeepsItsWhiteSpace() {
    assertThat(Excerpt.value("a\nb ")).isEqualTo("a\\nb ");
    assertThat(Excerpt.value("x".repeat(1000))).hasSizeLessThan(130).endsWith("...");
    assertThat(Excerpt.value(7L)).isEqualTo("7");
  }

  @Test
  void ofATextOfWhichOnlyTheBeginningWasReadThereMayBeMore() {
    assertThat(Excerpt.quoted("one\ntwo", 8)).isEqualTo("\"one two\"");
    assertThat(Excerpt.quoted("one\ntwo ", 8)).isEqualTo("\"one two...\"");
  }
}
