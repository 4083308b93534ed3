package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTemplateTest {

  private static String fill(String template, Map<String, String> values) {
    return new PromptTemplate(template).fill(values::get);
  }

  @Test
  void fieldsAreFilledAndDoubledBracesAreBraces() {
    Map<String, String> values = Map.of("q", "Why?", "a column", "x");
    assertThat(fill("Question: {q}\nAnswer:", values)).isEqualTo("Question: Why?\nAnswer:");
    assertThat(fill("{q}{q} {a column}", values)).isEqualTo("Why?Why? x");
    assertThat(fill("{{q}} {{{q}}} }}{{ {q}", values)).isEqualTo("{q} {Why?} }{ Why?");
  }

  @Test
  void whatAFieldIsFilledWithIsNoTemplate() {
    assertThat(fill("[{a}{b}]", Map.of("a", "{b} {{ $1 \\", "b", "}")))
        .isEqualTo("[{b} {{ $1 \\}]");
  }

  @Test
  void namesComeOnceInTheirOrder() {
    assertThat(new PromptTemplate("{b} {a} {b}{{c}}").names()).containsExactly("b", "a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a {b | has at character 3 a { that is not closed; write {{ for a brace",
        "{a{b} | has at character 1 a { that is not closed; write {{ for a brace",
        "{ | has at character 1 a { that is not closed; write {{ for a brace",
        "{a} } | has at character 5 a } that closes no field; write }} for a brace",
        "{a}}}} } {b} | has at character 6 a } that closes no field; write }} for a brace",
        "x {} | has at character 3 a field without a name; name a column, or write {{}} for braces",
        "{{a}} | has no field, so that every row would have the same prompt: name a column in"
            + " braces, such as {question}",
      })
  void whatIsNoTemplateIsRefused(String template, String message) {
    assertThatThrownBy(() -> new PromptTemplate(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("input.template = \"" + template + "\" " + message);
  }
}
