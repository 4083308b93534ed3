package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Renders templates of the tests with a few variables. */
final class Rendering {
  static final LocalDateTime NOW = LocalDateTime.of(2024, 2, 5, 7, 3, 9, 123_456_000);

  static final Map<String, Object> VARIABLES = new LinkedHashMap<>();

  static {
    VARIABLES.put("a", 3);
    VARIABLES.put("b", -7);
    VARIABLES.put("zero", 0);
    VARIABLES.put("half", 2.5);
    VARIABLES.put("s", "Hello World");
    VARIABLES.put("u", "é日😀ß");
    VARIABLES.put("l", List.of(3, 1, 2));
    VARIABLES.put("yes", true);
    VARIABLES.put("nothing", null);
    VARIABLES.put("d", ordered("x", 1, "y", List.of(1, 2), "items", "I"));
    VARIABLES.put(
        "people",
        List.of(
            ordered("name", "Bob", "age", 3),
            ordered("name", "al", "age", 1),
            ordered("name", "C")));
  }

  private Rendering() {}

  static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  static String render(String template) {
    return JinjaTemplate.parse(template, Limits.DEFAULT.maxDepth())
        .render(VARIABLES, NOW, Limits.DEFAULT);
  }

  static void gives(String template, String expected) {
    assertThat(render(template)).as(template).isEqualTo(expected);
  }

  /** What an expression prints. */
  static void prints(String expression, String expected) {
    gives("{{ " + expression + " }}", expected);
  }

  static JinjaException failure(String template, Limits limits) {
    JinjaException failure =
        catchThrowableOfType(
            JinjaException.class,
            () -> JinjaTemplate.parse(template, limits.maxDepth()).render(VARIABLES, NOW, limits));
    assertThat(failure).as(template).isNotNull();
    return failure;
  }

  static JinjaException fails(String template, JinjaException.Kind kind) {
    JinjaException failure = failure(template, Limits.DEFAULT);
    assertThat(failure.kind()).as(template + ": " + failure.getMessage()).isEqualTo(kind);
    return failure;
  }
}
