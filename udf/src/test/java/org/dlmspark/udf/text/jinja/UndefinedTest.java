package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.gives;
import static org.dlmspark.udf.text.jinja.Rendering.prints;

import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UndefinedTest {

  @Test
  void isFalseEmptyAndPrintedAsNothing() {
    gives("[{{ missing }}{{ d.missing }}{{ l[9] }}]", "[]");
    gives("{% if missing %}a{% else %}b{% endif %}", "b");
    gives("{% for x in missing %}a{% else %}b{% endfor %}", "b");
    prints("missing|length", "0");
    prints("missing|list", "[]");
    prints("missing|join(',')", "");
    prints("missing|upper ~ '|'", "|");
    prints("'a' in missing", "False");
    prints("[missing]", "[Undefined]");
    prints("'%s' % missing", "");
  }

  @Test
  void isNotNone() {
    prints("missing is none", "False");
    prints("d.missing is not none", "True");
    prints("missing == none", "False");
    prints("missing == other", "True");
    prints("nothing is defined", "True");
  }

  @Test
  void defaultsReplaceIt() {
    prints("missing|default('x')", "x");
    prints("nothing|default('x')", "None");
    prints("nothing|default('x', true)", "x");
    prints("d.missing|d(5)", "5");
    prints("missing|default", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "missing.x",
        "missing['x']",
        "d.missing.x",
        "l[5].content",
        "missing[1:]",
        "missing()",
        "missing + 1",
        "1 + missing",
        "-missing",
        "missing < 1",
        "missing|int",
        "missing|tojson",
        "missing|attr('x')",
        "missing|items|list|first + 1"
      })
  void anyOtherUseFails(String expression) {
    fails("{{ " + expression + " }}", Kind.RUNTIME);
  }

  @Test
  void theFailureSaysWhatThereIsNot() {
    assertThat(fails("\n{{ missing.x }}", Kind.RUNTIME))
        .hasMessage("line 2: 'missing' is undefined");
    assertThat(fails("{{ d.nope.x }}", Kind.RUNTIME))
        .hasMessage("line 1: a value of type dict has no 'nope'");
  }

  @Test
  void aVariableMayHoldIt() {
    gives("{% set x = missing %}{{ x is defined }}", "False");
  }
}
