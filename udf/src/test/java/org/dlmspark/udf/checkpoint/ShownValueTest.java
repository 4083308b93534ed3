package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownValueTest {
  @Test
  void shownValuesAreShortAndOnOneLine() {
    assertThat(ShownValue.of("a\nb\u001b[31m")).isEqualTo("a b [31m");
    assertThat(ShownValue.of("x".repeat(200))).isEqualTo("x".repeat(120) + "...");
  }
}
