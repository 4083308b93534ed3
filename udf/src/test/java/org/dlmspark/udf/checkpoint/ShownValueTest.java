package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownValueTest {
  @Test
  void shownValuesAreShortAndOnOneLine() {
    assertThat(ShownValue.of("a\nb\u001b[31m")).isEqualTo("a\\nb\\u001b[31m");
    assertThat(ShownValue.of("x".repeat(200))).isEqualTo("x".repeat(120) + "...");
  }

  @Test
  void whatATerminalObeysIsEscaped() {
    assertThat(ShownValue.escaped("\0\b\t\r\u007f\u009b"))
        .isEqualTo("\\u0000\\u0008\\t\\r\\u007f\\u009b");
    assertThat(ShownValue.escaped("a\u2028b\u202ec\ud800")).isEqualTo("a\\u2028b\\u202ec\\ud800");
  }

  @Test
  void whatAPersonReadsStaysAsItIs() {
    String text = "\\n Größe 日本 \ud83d\udc69\u200d\ud83d\ude80 می\u200cخواهم";
    assertThat(ShownValue.escaped(text)).isEqualTo(text);
  }
}
