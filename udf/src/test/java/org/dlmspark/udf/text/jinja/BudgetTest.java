package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  private static final Limits SMALL = new Limits(20_000, 60, 1_000, 1_000);

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      value = {
        "{% for i in range(99999) %}{% endfor %} => more than 20000 steps",
        "{% for i in range(900) %}{{ 'ab' }}{% endfor %} => more than 1000 characters of output",
        "{% set x %}{% for i in range(900) %}{{ 'ab' }}{% endfor %}{% endset %} => 1000 characters",
        "{{ 'a' * 1001 }} => a string of more than 1000 characters",
        "{{ 'a'.ljust(1001) }} => a string of more than 1000 characters",
        "{{ '%1001d' % 1 }} => a string of more than 1000 characters",
        "{{ [0] * 1001 }} => a list of more than 1000 elements",
        "{{ range(1001)|list }} => a list of more than 1000 elements",
        "{{ [1]|batch(1001, 0)|list }} => a list of more than 1000 elements",
        "{{ ('a' * 600).replace('a', 'bb') }} => a string of more than 1000 characters",
        "{{ ['a' * 600, 'b' * 600]|join }} => a string of more than 1000 characters",
        "{{ [[1]]|tojson(indent=2000) }} => a string of more than 1000 characters",
        "{{ 2 ** 200000 }} => an int of more than 131072 bits",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} => nested more than 60 deep",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %} => nested more than 60 deep"
      })
  void isSaidWhenExceeded(String template, String message) {
    JinjaException failure = Rendering.failure(template, SMALL);
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(JinjaException.Kind.BUDGET);
    assertThat(failure.reason()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "[",
        "{1:",
        "-",
        "not ",
        "a[",
        "a(",
        "a|d(",
        "a if b else ",
        "a.b",
        "a|e",
        "1 + ",
        "a ~ ",
        "a == ",
        "{% if a %}",
        "{% for x in y %}",
        "{% macro m() %}",
        "{% set x %}"
      })
  void noDepthOverflowsTheStack(String piece) {
    String open = piece.startsWith("{%") ? "" : "{{ ";
    for (int times : new int[] {60, 240, 20_000}) {
      JinjaException failure =
          Rendering.failure(open + piece.repeat(times), new Limits(1_000_000, 250, 1_000, 100_000));
      assertThat(failure.reason()).doesNotContain("stack");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {" + 1", ".b", "|e", "[0]", "()", " or 1", " if 1", " is defined|e"})
  void aChainIsNestedToo(String piece) {
    assertThat(Rendering.failure("{{ a" + piece.repeat(5_000) + " }}", Limits.DEFAULT).reason())
        .isEqualTo("nested more than 200 deep");
  }

  @Test
  void aListInAListInAListIsBounded() {
    String nested =
        "{% set n = namespace(x=[]) %}{% for i in range(500) %}{% set n.x = [n.x] %}{% endfor %}";
    for (String use :
        new String[] {"{{ n.x }}", "{{ n.x|tojson }}", "{{ n.x == [n.x[0]] ~ n.x }}"}) {
      assertThat(Rendering.failure(nested + use, Limits.DEFAULT).kind())
          .isEqualTo(JinjaException.Kind.BUDGET);
    }
    String circle = "{% set n = namespace() %}{% set n.x = n %}{{ n }}";
    assertThat(Rendering.failure(circle, Limits.DEFAULT).reason()).startsWith("nested more than");
    String shared =
        "{% set n = namespace(x=()) %}{% for i in range(99) %}{% set n.x = (n.x, n.x) %}{% endfor"
            + " %}";
    for (String use : new String[] {"{{ n.x }}", "{{ {n.x: 1} }}", "{{ n.x|tojson }}"}) {
      assertThat(Rendering.failure(shared + use, Limits.DEFAULT).kind())
          .isEqualTo(JinjaException.Kind.BUDGET);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s.startswith('b', 1)",
        "s|length",
        "s[5:6]",
        "s.partition('a')",
        "s.split('b')",
        "s.rsplit('a' * 40 ~ 'b')",
        "s.find('a' * 50000 ~ 'b')",
        "s.rfind('b' ~ 'a' * 50000)",
        "s.replace('b', '')",
        "s|tojson",
        "s|title",
        "s.casefold()",
        "s|wordwrap(1)",
        "s == s ~ ''",
        "{s: 1}[s]",
        "s.ljust(5)",
        "'%.1s' % s",
        "s|int",
        "s|float",
        "s is lower",
        "s|striptags",
        "s.count('b')",
        "s.strip('a')",
        "(2 ** 14000)|string|length",
        "1e300|round(300)",
        "l|sort|first",
        "99999 in l",
        "l|unique|first",
        "l[::-1]|first"
      })
  void workOnLongValuesCostsSteps(String expression) {
    String template =
        "{% set s = 'a' * 500000 %}{% set l = range(100000)|list %}{% for i in range(100000) %}"
            + "{% for j in range(100000) %}{% set x = EXPR %}{% endfor %}{% endfor %}";
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          JinjaException failure =
              Rendering.failure(template.replace("EXPR", expression), Limits.DEFAULT);
          assertThat(failure.reason()).isEqualTo("more than 2000000 steps");
        });
  }

  @Test
  void limitsArePositive() {
    assertThatThrownBy(() -> new Limits(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Limits(1, 251, 1, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
