package org.dlmspark.udf.text.jinja;

import static org.dlmspark.udf.text.jinja.Rendering.fails;
import static org.dlmspark.udf.text.jinja.Rendering.prints;

import org.dlmspark.udf.text.jinja.JinjaException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a is defined",
        "missing is undefined",
        "nothing is none",
        "a is not none",
        "yes is true",
        "1 is not true",
        "false is false",
        "yes is boolean",
        "yes is number",
        "yes is not integer",
        "a is integer",
        "half is float",
        "half is number",
        "s is string",
        "s is sequence",
        "l is sequence",
        "d is sequence",
        "d is mapping",
        "l is not mapping",
        "d.keys() is not sequence",
        "d.keys() is iterable",
        "nothing is not iterable",
        "missing is iterable",
        "range is callable",
        "s.upper is callable",
        "s is not callable",
        "'abc' is lower",
        "'ABC' is upper",
        "'' is not lower",
        "a is odd",
        "2 is even",
        "9 is divisibleby 3",
        "9 is divisibleby(num=3)",
        "a is eq 3",
        "a is equalto(3)",
        "a is ne 4",
        "a is gt 2",
        "a is ge(3)",
        "a is lt 4",
        "a is le 3",
        "a is in l",
        "9 is not in l",
        "none is sameas nothing",
        "true is sameas yes",
        "1 is not sameas true",
        "'upper' is filter",
        "'nope' is not filter",
        "'odd' is test",
        "s|e is escaped"
      })
  void hold(String test) {
    prints(test, "True");
  }

  @Test
  void argumentsMustFit() {
    fails("{{ a is eq }}", Kind.RUNTIME);
    fails("{{ a is defined(1) }}", Kind.RUNTIME);
    fails("{{ 'a' is odd }}", Kind.RUNTIME);
    fails("{{ a is nope }}", Kind.UNSUPPORTED);
    fails("{{ a is defined is true }}", Kind.SYNTAX);
  }
}
