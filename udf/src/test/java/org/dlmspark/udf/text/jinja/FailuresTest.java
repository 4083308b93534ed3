package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dlmspark.udf.text.jinja.Rendering.fails;

import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ x",
        "{{ }}",
        "{{ a b }}",
        "{{ a; }}",
        "{{ ) }}",
        "{{ (a }}",
        "{{ [1) }}",
        "{{ a. }}",
        "{{ a| }}",
        "{{ a is }}",
        "{{ 'abc }}",
        "{{ $ }}",
        "{{ a ! b }}",
        "{{ {1, 2} }}",
        "{{ a[1:2, 3] }}",
        "{{ 007 }}",
        "{{ 1. }}",
        "{% %}",
        "{% if %}{% endif %}",
        "{% if a %}",
        "{% if a %}{% endfor %}",
        "{% endif %}",
        "{% nope %}",
        "{% for x l %}{% endfor %}",
        "{% for %}{% endfor %}",
        "{% set %}",
        "{% set x = %}",
        "{% macro m %}{% endmacro %}",
        "{% with x %}{% endwith %}",
        "{% elif a %}"
      })
  void whatIsNoTemplateIsRefused(String template) {
    fails(template, Kind.SYNTAX);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "a~{{ 1 / 0 }} => 2",
        "a~~{% for x in l %}~{{ x / 0 }}~{% endfor %} => 4",
        "{# a~b #}~{{ nope.x }} => 3",
        "{{ a~+ none }} => 2",
        "{% macro m() %}~~{{ 1 / 0 }}~{% endmacro %}~{{ m() }} => 3",
        "{% raw %}~~{% endraw %}~{{ nope.x }} => 4",
        "{{ 'a~b' }}{{ nope() }} => 2",
        "~~{% if a %}~ => 3",
        "~~~{{ s|nope }} => 4",
        "~~~{% set x = s.split('') %} => 4"
      })
  void aFailureSaysItsLine(String template, int line) {
    JinjaException failure = Rendering.failure(template.replace('~', '\n'), Limits.DEFAULT);
    assertThat(failure.line()).as(failure.getMessage()).isEqualTo(line);
    assertThat(failure).hasMessage("line " + line + ": " + failure.reason());
  }

  @Test
  void aTemplateMayRaise() {
    JinjaException failure = fails("{{ a }}\n{{ raise_exception('no ' ~ s) }}", Kind.RAISED);
    assertThat(failure.reason()).isEqualTo("no Hello World");
    assertThat(failure.line()).isEqualTo(2);
  }
}
