package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.prints;

import java.util.Map;
import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s.__class__.x",
        "s['__class__'].x",
        "d.__class__()",
        "''.__init__()",
        "'{0.__class__.x}'.format(s)",
        "s._private.x",
        "l.append(1)",
        "l.pop()",
        "l.sort()",
        "l['extend']([1])",
        "d.update({})",
        "d.pop('x')",
        "d.clear()",
        "s|attr('__class__')|attr('x')"
      })
  void isNotLeft(String expression) {
    fails("{{ " + expression + " }}", Kind.UNSUPPORTED);
  }

  @Test
  void whatItHidesSeemsNotThere() {
    prints("s.__class__ is defined or l.append is defined or d.update is defined", "False");
    prints("{'_k': 1}._k", "1");
  }

  @Test
  void javaObjectsHaveNoAttributes() {
    prints("s.getClass is defined or l.size is defined or a.class is defined", "False");
    fails("{{ s.getBytes() }}", Kind.RUNTIME);
  }

  @Test
  void variablesArePlainData() {
    JinjaTemplate template = JinjaTemplate.parse("{{ x }}", Limits.DEFAULT.maxDepth());
    assertThatThrownBy(
            () -> template.render(Map.of("x", new StringBuilder()), Rendering.NOW, Limits.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("StringBuilder");
    assertThatThrownBy(
            () -> template.render(Map.of("x", Map.of(1, 2)), Rendering.NOW, Limits.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% from 'x' import y %}",
        "{% extends 'x' %}",
        "{% block x %}{% endblock %}",
        "{% autoescape true %}{% endautoescape %}",
        "{% do l %}"
      })
  void tagsThatAreNotHereAreNamed(String template) {
    JinjaException failure = fails("\n" + template, Kind.UNSUPPORTED);
    assertThat(failure.line()).isEqualTo(2);
    String name = template.substring(3, template.indexOf(' ', 3));
    assertThat(failure.reason()).isEqualTo("the tag '" + name + "' is not supported");
  }
}
