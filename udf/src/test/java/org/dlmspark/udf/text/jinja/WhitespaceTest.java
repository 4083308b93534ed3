package org.dlmspark.udf.text.jinja;

import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.gives;

import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;

class WhitespaceTest {

  @Test
  void aLineWithATagOnlyLeavesNothing() {
    gives("  {% if yes %}\n  a\n  {% endif %}\n b", "  a\n b");
    gives("a\n\t{# c #}\nb", "a\nb");
    gives("{% if yes %}\n\n a{% endif %}\n", "\n a");
    gives("x {% if yes %} y {% endif %} z", "x  y  z");
  }

  @Test
  void signsKeepOrRemoveWhiteSpace() {
    gives("  {%+ if yes %}\na\n  {%+ endif %}", "  a\n  ");
    gives("{% if yes +%}\na{% endif %}", "\na");
    gives("a \n {%- if yes -%} \n b {%- endif %} c", "ab c");
    gives("a\n  {{- a -}}  \n b", "a3b");
    gives("x\n   {#- c -#}\n y", "xy");
    gives("x\n   {#+ c +#}\n y", "x\n   \n y");
    gives("{{-1}}{{+1}}", "11");
  }

  @Test
  void aPrintedValueKeepsWhatIsAroundIt() {
    gives("  {{ a }}\n{{ a }}\n\n", "  3\n3\n");
    gives("a\r\n{{ a }}\rb", "a\n3\nb");
    gives("{{ a }}\n", "3");
  }

  @Test
  void rawTextIsNoTemplate() {
    gives("{% raw %}{{ x }}{% if %}{% endraw %}", "{{ x }}{% if %}");
    gives("  {% raw %}\n x\n  {% endraw %}\ny", "\n x\ny");
    gives("{%- raw -%} {{ x }} {%- endraw -%} y", "{{ x }}y");
    fails("a\n{% raw %}x", Kind.SYNTAX);
    fails("{# x", Kind.SYNTAX);
  }

  @Test
  void bracketsKeepATagOpen() {
    gives("{{ {'a': {'b': 1}} }}", "{'a': {'b': 1}}");
    gives("{{{'a': 1}.a}}", "1");
    gives("{{ '}}' }}{{ '%}' }}", "}}%}");
    gives("{% set x = '%}' %}{{ x }}", "%}");
  }
}
