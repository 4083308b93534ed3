package org.dlmspark.udf.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class JinjaTemplateTest {
  private static final String CHAT =
      """
      {%- set ns = namespace(system='') -%}
      {%- for m in messages if m.role == 'system' -%}
          {%- set ns.system = ns.system ~ m['content'] | trim -%}
      {%- endfor -%}
      {{- bos_token }}
      {%- if not ns.system == '' %}[SYS]{{ ns.system }}[/SYS]{% endif %}

      {% for message in messages if message['role'] != 'system' %}
          {%- if (message['role'] == 'user') != (loop.index0 is even) -%}
              {{- raise_exception('roles must alternate, not ' ~ message.role) -}}
          {%- endif %}
      <{{ message.role }}>{{ message.content }}</{{ message.role }}>
          {% if loop.last and add_generation_prompt %}
      <assistant>
          {%- endif %}
      {% endfor %}
      """;

  private static Map<String, Object> chat(String... contents) {
    List<Map<String, Object>> messages = new ArrayList<>();
    messages.add(Map.of("role", "system", "content", " Be brief. "));
    for (int i = 0; i < contents.length; i++) {
      messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", contents[i]));
    }
    return Map.of("messages", messages, "bos_token", "<s>", "add_generation_prompt", true);
  }

  @Test
  void aConversationIsRendered() {
    JinjaTemplate template = JinjaTemplate.parse(CHAT, Limits.DEFAULT.maxDepth());
    assertThat(template.render(chat("Hi", "Yes?", "{{ a }} <b>"), Rendering.NOW, Limits.DEFAULT))
        .isEqualTo(
            "<s>[SYS]Be brief.[/SYS]\n<user>Hi</user>\n<assistant>Yes?</assistant>\n"
                + "<user>{{ a }} <b></user>\n<assistant>");
  }

  @Test
  void variablesOfEveryKindAreTaken() {
    JinjaTemplate template =
        JinjaTemplate.parse("{{ [i, l, b, f, t, n, [s], m] }}", Limits.DEFAULT.maxDepth());
    Map<String, Object> variables =
        Rendering.ordered(
            "i",
            1,
            "l",
            2L,
            "b",
            BigInteger.TEN.pow(30),
            "f",
            1.5f,
            "t",
            true,
            "n",
            null,
            "s",
            "x",
            "m",
            Map.of("k", List.of()));
    assertThat(template.render(variables, Rendering.NOW, Limits.DEFAULT))
        .isEqualTo("[1, 2, 1000000000000000000000000000000, 1.5, True, None, ['x'], {'k': []}]");
  }

  @Test
  void aVariableHidesAFunction() {
    JinjaTemplate template = JinjaTemplate.parse("{{ range }}", Limits.DEFAULT.maxDepth());
    assertThat(template.render(Map.of("range", 5), Rendering.NOW, Limits.DEFAULT)).isEqualTo("5");
  }

  @Test
  void threadsShareATemplate() throws Exception {
    JinjaTemplate template = JinjaTemplate.parse(CHAT, Limits.DEFAULT.maxDepth());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<String>> texts = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String content = "question " + i;
        texts.add(
            threads.submit(() -> template.render(chat(content), Rendering.NOW, Limits.DEFAULT)));
      }
      for (int i = 0; i < texts.size(); i++) {
        assertThat(texts.get(i).get()).contains("<user>question " + i + "</user>");
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
