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
  void ofATextOfWhichOnlyTheBeginningWasReadThereMayBeMore() {
    assertThat(Excerpt.quoted("one\ntwo", 8)).isEqualTo("\"one two\"");
    assertThat(Excerpt.quoted("one\ntwo ", 8)).isEqualTo("\"one two...\"");
  }
}
