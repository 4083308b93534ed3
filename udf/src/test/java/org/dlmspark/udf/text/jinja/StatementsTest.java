package org.dlmspark.udf.text.jinja;

import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.gives;

import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;

class StatementsTest {

  @Test
  void loopsKnowWhereTheyAre() {
    gives(
        "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}"
            + "{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} "
            + "{% endfor %}",
        "1032TrueFalse310 2121FalseFalse310 3210FalseTrue310 ");
    gives(
        "{% for x in l %}{{ loop.previtem }}<{{ x }}<{{ loop.nextitem }} {% endfor %}",
        "<3<1 3<1<2 1<2< ");
    gives("{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}", "aba");
    gives("{% for x in [1, 1, 2] %}{{ loop.changed(x) }} {% endfor %}", "True False True ");
    gives("{% for x in l %}{{ loop['index'] }}{{ loop.nope }}{% endfor %}", "123");
  }

  @Test
  void aLoopsTestIsAskedForEachElement() {
    gives(
        "{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}",
        "1/2:3 2/2:2 ");
    gives("{% for x in l if x > 9 %}{{ x }}{% else %}none{% endfor %}", "none");
    gives(
        "{% set n = namespace(stop=false) %}{% for x in l if not n.stop %}{{ x }}"
            + "{% set n.stop = true %}{% endfor %}",
        "3");
  }

  @Test
  void elementsAreTakenApart() {
    gives("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "x=1;y=[1, 2];items=I;");
    gives("{% for k, v in d|items %}{{ k }}{% endfor %}", "xyitems");
    gives("{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "123");
    gives("{% set a, b = 'xy' %}{{ b }}{{ a }}", "yx");
    fails("{% for a, b in [(1, 2, 3)] %}{% endfor %}", Kind.RUNTIME);
    fails("{% set a, b = 1 %}", Kind.RUNTIME);
    fails("{% for x, in l %}{% endfor %}", Kind.SYNTAX);
  }

  @Test
  void breakAndContinueLeaveTheInnermostLoop() {
    gives("{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "32");
    gives("{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "3");
    gives("{% for x in l %}{% for y in l %}{% break %}{% endfor %}{{ x }}{% endfor %}", "312");
    gives("{% for x in l %}{% filter upper %}a{% break %}{% endfilter %}{% endfor %}z", "z");
    // A round that is left early does not count as one.
    gives("{% for x in l %}{% break %}{% else %}E{% endfor %}", "E");
    fails("{% break %}", Kind.SYNTAX);
    fails("{% for x in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", Kind.SYNTAX);
  }

  @Test
  void loopsRecur() {
    gives(
        "{% for x in [[1, [2]], [3]] recursive %}"
            + "{% if x is iterable %}[{{ loop(x) }}]{% else %}{{ x }}{{ loop.depth }}{% endif %}"
            + "{% endfor %}",
        "[12[23]][32]");
    fails("{% for x in l %}{{ loop(l) }}{% endfor %}", Kind.RUNTIME);
  }

  @Test
  void whatALoopSetsStaysInItsRound() {
    gives(
        "{% set q = 1 %}{% for x in l %}{% set q = q + x %}{{ q }} {% endfor %}{{ q }}", "4 2 3 1");
    gives(
        "{% for x in l %}{% if loop.first %}{% set c = 'U' %}{% endif %}"
            + "{{ c is defined }} {% endfor %}",
        "True False False ");
    gives(
        "{% for x in l %}{% for x in 'ab' %}{{ x }}{% endfor %}{{ x }}{% endfor %}{{ x }}",
        "ab3ab1ab2");
    gives(
        "{% set n = namespace(c=0) %}{% for x in l %}{% set n.c = n.c + x %}{% endfor %}{{ n.c }}",
        "6");
    gives("{% for a, b in [(1, 2)] %}{% endfor %}{{ a }}", "3");
  }

  @Test
  void aNameSetLaterHidesTheOneOutside() {
    gives("{% for x in [1] %}{{ a is defined }}{% endfor %}{% set a = 1 %}{{ a }}", "False1");
    gives("{{ a }}{% for x in [1] %}{{ a }}{% endfor %}{% set a = 1 %}{{ a }}", "331");
    gives(
        "{% for x in [1] %}{{ a }}{% endfor %}{% if zero %}{% set a = 1 %}{% endif %}{{ a }}",
        "33");
    gives("{% macro m() %}{{ a }}{% endmacro %}[{{ m() }}{% set a = 1 %}{{ m() }}]", "[1]");
    gives(
        "{% for x in [1] %}{% for y in [1] %}[{{ a }}]{% endfor %}{% set a = 1 %}{% endfor %}{{ a"
            + " }}",
        "[3]3");
    gives(
        "{% for x in [1] %}{% for y in [1] %}[{{ a }}]{% endfor %}{% set a = 1 %}{{ a }}{% endfor"
            + " %}",
        "[]1");
  }

  @Test
  void aBranchHasNoVariablesOfItsOwn() {
    gives("{% if yes %}{% set q = 2 %}{% endif %}{{ q }}", "2");
    gives("{% if zero %}1{% elif l %}2{% else %}3{% endif %}", "2");
    gives("{% if a: %}x{% endif %}", "x");
    fails("{% if a if b %}{% endif %}", Kind.SYNTAX);
  }

  @Test
  void loopIsNotToBeSet() {
    gives("{% set loop = 1 %}{{ loop }}", "1");
    fails("{% for x in l %}{% set loop = 1 %}{% endfor %}", Kind.SYNTAX);
    fails("{% for loop in l %}{% endfor %}", Kind.SYNTAX);
  }

  @Test
  void setTakesABodyAndFilters() {
    gives("{% set x %}he{{ a }}{% endset %}{{ x|upper }}", "HE3");
    gives("{% set x | upper | trim %} abc {% endset %}[{{ x }}]", "[ABC]");
    gives("{% set n = namespace() %}{% set n.x %}b{% endset %}{{ n.x }}", "b");
    gives("{% set x %}{% set y = 1 %}{% endset %}{{ y is defined }}", "False");
    fails("{% set none = 1 %}", Kind.SYNTAX);
    fails("{% set 1 = 2 %}", Kind.SYNTAX);
  }

  @Test
  void macrosHaveDefaultsAndRest() {
    String macro = "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }} {% endmacro %}";
    gives(macro + "{{ m(1) }}{{ m(1, 3) }}{{ m(b=5, a=1) }}{{ m() }}", "121 131 151 2 ");
    gives(
        "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}",
        "1(2, 3){'x': 4}");
    gives(
        "{% macro m(a) %}{% endmacro %}{{ m }}{{ m.name }}{{ m.arguments }}", "<Macro 'm'>m('a',)");
    fails(macro + "{{ m(1, 2, 3, 4) }}", Kind.RUNTIME);
    fails(macro + "{{ m(x=1) }}", Kind.RUNTIME);
    fails("{% macro m(a=1, b) %}{% endmacro %}", Kind.SYNTAX);
    fails("{{ m() }}{% macro m() %}{% endmacro %}", Kind.RUNTIME);
  }

  @Test
  void macrosSeeWhereTheyWereDefined() {
    gives("{% macro m() %}{{ late }}{% endmacro %}{% set late = 'L' %}{{ m() }}", "L");
    gives("{% macro m() %}{{ x }}{% endmacro %}{% for x in l %}{{ m() }}{% endfor %}", "");
    gives("{% macro m() %}{% set a = 5 %}{{ a }}{% endmacro %}{{ m() }}{{ a }}", "53");
    gives(
        "{% macro m(n) %}{{ n }}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
        "3210");
  }

  @Test
  void callGivesItsBodyToAMacro() {
    String macro = "{% macro m() %}[{{ caller(1, 2) }}]{% endmacro %}";
    gives(macro + "{% call(x, y=3) m() %}{{ x }}{{ y }}{{ a }}{% endcall %}", "[123]");
    gives(
        "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}",
        "FalseTrue");
    fails("{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}", Kind.RUNTIME);
    fails("{% call a %}{% endcall %}", Kind.SYNTAX);
  }

  @Test
  void withFilterAndGenerationHaveVariablesOfTheirOwn() {
    gives("{% with x = 1, y = a %}{{ x }}{{ y }}{% endwith %}{{ x }}", "13");
    gives("{% with a = 1, b = a %}{{ b }}{% endwith %}", "3");
    gives("{% filter replace('a', 'b')|trim %} aa {% set x = 1 %}{% endfilter %}{{ x }}", "bb");
    gives("{% generation %}g{% set x = 1 %}{{ a }}{% endgeneration %}{{ x }}", "g3");
    fails("{% filter length %}abc{% endfilter %}", Kind.RUNTIME);
  }

  @Test
  void generatorsAreGoneThroughOnce() {
    gives("{% set g = l|select('gt', 1) %}{{ g|list }}{{ g|list }}", "[3, 2][]");
    gives("{% if l|select('gt', 9) %}true{% endif %}", "true");
    gives(
        "{% for x in l|map('abs') %}{{ loop.length }}{{ loop.last }} {% endfor %}",
        "3False 3False 3True ");
    fails("{{ l|map('abs')|length }}", Kind.RUNTIME);
  }

  @Test
  void printTakesSeveralValues() {
    gives("{% print a, s %}", "3Hello World");
  }
}
