package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;

/** Whatever the template, it renders or fails with a JinjaException, in time and within limits. */
class TemplateFuzzTest {
  private static final Limits LIMITS = new Limits(50_000, 80, 5_000, 5_000);

  private static final String[] PIECES = {
    "{{",
    "}}",
    "{%",
    "%}",
    "{%-",
    "-%}",
    "{#",
    "#}",
    " ",
    "\n",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ".",
    ",",
    ":",
    "=",
    "==",
    "<",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "%",
    "~",
    "'",
    "\"",
    "\\",
    "0",
    "1",
    "9",
    "1e9",
    "a",
    "s",
    "l",
    "d",
    "u",
    "x",
    "loop",
    "ns",
    "if ",
    "else ",
    "elif ",
    "endif",
    "for ",
    " in ",
    "endfor",
    "set ",
    "endset",
    "macro ",
    "endmacro",
    "call ",
    "endcall",
    "filter ",
    "endfilter",
    "with ",
    "endwith",
    "raw ",
    "endraw",
    "break",
    "continue",
    "recursive ",
    "generation",
    "not ",
    " and ",
    " or ",
    " is ",
    "none",
    "true",
    "range(9)",
    "length",
    "list",
    "join",
    "map",
    "select",
    "tojson",
    "upper",
    "replace('a','b')",
    "indent(9)",
    "namespace(x=1)",
    "ns.x",
    ".items()",
    ".split()",
    ".format(1)",
    "'%s'",
    "'{:9}'",
    "'é😀'",
    "[::-1]",
    "defined",
    "odd",
    "caller()",
    "varargs",
    "loop(l)",
    "x()",
    "m()",
    "m(1)",
    "{% macro m(x) %}",
    "é",
    "😀"
  };

  private static final String[] WHOLE = {
    "{% for x in l %}{{ loop.index }}{{ x }}{% if loop.last %}{% break %}{% endif %}{% endfor %}",
    "{% macro m(a, b=2) %}{{ a ~ b }}{{ caller() }}{% endmacro %}{% call m(1) %}x{% endcall %}",
    "{% set ns = namespace(x=0) %}{% for c in s %}{% set ns.x = ns.x + 1 %}{% endfor %}{{ ns.x }}",
    "{%- if d.x is defined and not d.y == [] %}\n  {{- d|tojson(indent=2) }}\n{%- endif %}",
    "{{ people|selectattr('age', 'gt', 1)|map(attribute='name')|join(', ') }}",
    "{% for x in [[1, [2]]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}",
    "{{ '%s %5.2f' % (s, half) }}{{ '{:>9}'.format(u) }}{{ s[::-1].split('o', 1) }}",
    "{% set x | upper %}a{{ a ** 3 // 2 % 5 }}{% endset %}{% filter trim %} {{ x }} {% endfilter %}"
  };

  @Provide
  Arbitrary<String> fragments() {
    return Arbitraries.of(PIECES).list().ofMaxSize(40).map(pieces -> String.join("", pieces));
  }

  @Provide
  Arbitrary<String> expressions() {
    return Arbitraries.of(PIECES)
        .list()
        .ofMaxSize(12)
        .map(pieces -> "{{ " + String.join("", pieces) + " }}");
  }

  @Provide
  Arbitrary<String> mutants() {
    Arbitrary<List<Integer>> places = Arbitraries.integers().between(0, 999).list().ofMaxSize(4);
    return Combinators.combine(
            Arbitraries.of(WHOLE), places, Arbitraries.of(PIECES).list().ofSize(4))
        .as(TemplateFuzzTest::mutated);
  }

  private static String mutated(String template, List<Integer> places, List<String> pieces) {
    StringBuilder result = new StringBuilder(template);
    for (int i = 0; i < places.size(); i++) {
      int at = places.get(i) % (result.length() + 1);
      int to = Math.min(result.length(), at + places.get(i) % 5);
      result.replace(at, to, places.get(i) % 2 == 0 ? pieces.get(i) : "");
    }
    return result.toString();
  }

  @Property(tries = 3_000)
  void fragmentsRenderOrFail(@ForAll("fragments") String template) {
    check(template);
  }

  @Property(tries = 3_000)
  void expressionsRenderOrFail(@ForAll("expressions") String template) {
    check(template);
  }

  @Property(tries = 3_000)
  void mutantsRenderOrFail(@ForAll("mutants") String template) {
    check(template);
  }

  private static void check(String template) {
    Assertions.assertTimeout(
        Duration.ofSeconds(20),
        () -> {
          try {
            JinjaTemplate parsed = JinjaTemplate.parse(template, LIMITS.maxDepth());
            String text = parsed.render(Rendering.VARIABLES, Rendering.NOW, LIMITS);
            assertThat(text).hasSizeLessThanOrEqualTo(5_000);
            assertThat(parsed.render(Rendering.VARIABLES, Rendering.NOW, LIMITS)).isEqualTo(text);
          } catch (JinjaException e) {
            assertThat(e.line()).isPositive();
            assertThat(e.reason()).isNotEmpty().doesNotContain("stack").doesNotContain("java.");
          }
        });
  }
}
