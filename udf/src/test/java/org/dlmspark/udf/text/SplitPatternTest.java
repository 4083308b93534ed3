package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitPatternTest {
  /** GPT-2, Llama 3, Qwen2, GPT-4 with digits one by one, the same without flags, DeepSeek. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
        "'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
        "[\\r\\n]",
        "\\s?[A-Za-z\u00b5\u00c0-\u00d6]+",
        "[\u4e00-\u9fa5\u0800-\u4e00]+",
        "\\p{N}{1,3}",
        "\\s+$|\\s+"
      })
  void patternsOfTokenizers(String pattern) {
    assertThat(SplitPattern.takesLinearTime(pattern)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+$",
        "(a|a)+b",
        "(?:'s|'t)*x",
        "a*a*b",
        "a+b",
        "a{1,3}+b",
        "a{1,9}{1,9}b",
        "a?a?a?aaa+b",
        "(?<x>a+)\\k<x>",
        "(?=a*b)",
        "[a&&b]+",
        "[[a]b]+",
        // Each start goes over all of the white space again.
        "\\s*[\\r\\n]",
        "\\s+$",
        "\\s*[\\r\\n]|\\s|\\s+",
        "(?:",
        "a|",
        ""
      })
  void patternsThatMayHang(String pattern) {
    assertThat(SplitPattern.takesLinearTime(pattern)).isFalse();
  }
}
