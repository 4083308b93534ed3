package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String LONG_TEXTS =
      "{% set ns = namespace(x='aaaaaaaa') %}{% for a in range(12) %}"
          + "{% set ns.x = ns.x ~ ns.x %}{% endfor %}{% set y = ns.x ~ 'b' %}"
          + "{% set x = ns.x ~ ns.x %}";

  private static final LocalDate DATE = LocalDate.of(2024, 7, 26);

  @TempDir Path folder;

  /** What Jinja2 makes of a template; the README beside the templates says how it was made. */
  record Rendered(String template, String system, String prompt, String text) {
    @Override
    public String toString() {
      return template + (system == null ? "" : " with system prompt") + ": " + prompt;
    }
  }

  static List<Rendered> rendered() throws JsonProcessingException {
    return JSON.readValue(
        Fixtures.read(Fixtures.TEMPLATES.resolve("rendered.json")), new TypeReference<>() {});
  }

  @ParameterizedTest
  @MethodSource("rendered")
  void rendersAsJinja2(Rendered expected) {
    ChatTemplate template =
        expected.template().equals("sample")
            ? read(Fixtures.SAMPLE)
            : template(Fixtures.read(Fixtures.TEMPLATES.resolve(expected.template() + ".jinja")));

    assertThat(render(template, expected.system(), expected.prompt())).isEqualTo(expected.text());
  }

  @Test
  void llada() {
    ChatTemplate template = template(Fixtures.read(Fixtures.TEMPLATES.resolve("llada.jinja")));

    assertThat(render(template, null, " Hi "))
        .isEqualTo(
            "<|startoftext|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    assertThat(render(template, "Be brief.", "Hi"))
        .isEqualTo(
            "<|startoftext|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n");
  }

  @Test
  void aWholeConversationIsRendered() {
    ChatTemplate template = template(Fixtures.read(Fixtures.TEMPLATES.resolve("llada.jinja")));

    assertThat(
            render(
                template,
                List.of(
                    ChatMessage.system("Be brief."),
                    ChatMessage.user("1+1?"),
                    ChatMessage.assistant(" 2 {{ 3 }}"),
                    ChatMessage.user("Hi"))))
        .isEqualTo(
            "<|startoftext|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\n1+1?<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n2 {{ 3 }}<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n");
  }

  @Test
  void longConversation() {
    List<ChatMessage> conversation = Collections.nCopies(5_000, ChatMessage.user("Hi"));

    assertThat(render(read(Fixtures.SAMPLE), conversation).split("Hi", -1)).hasSize(5_001);
  }

  @Test
  void qwen2() {
    ChatTemplate template = template(Fixtures.read(Fixtures.TEMPLATES.resolve("qwen2.jinja")));

    assertThat(render(template, null, "Hi"))
        .isEqualTo(
            """
            <|im_start|>system
            You are a helpful assistant.<|im_end|>
            <|im_start|>user
            Hi<|im_end|>
            <|im_start|>assistant
            """);
    assertThat(render(template, "Be brief.", "Hi"))
        .isEqualTo(
            """
            <|im_start|>system
            Be brief.<|im_end|>
            <|im_start|>user
            Hi<|im_end|>
            <|im_start|>assistant
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 7 * 7 }}",
        "{% for x in messages %}{% endfor %}",
        "{% raise_exception('x') %}",
        "{{ unclosed",
        "{# no comment #}",
        "<b>&amp; \"quoted\" 'twice'</b>",
        "back\\slash \\n \\u0041",
        "zero \u0000 and half \ud83d a pair",
        ""
      })
  void promptComesOutVerbatim(String prompt) {
    ChatTemplate template = template("[{{ messages[-1].content }}|{{ messages[0]['content'] }}]");

    assertThat(render(template, prompt, prompt)).isEqualTo("[" + prompt + "|" + prompt + "]");
    assertThat(render(template("{% set c = messages[0].content %}{{ c + '' }}"), null, prompt))
        .isEqualTo(prompt);
  }

  /** Where wrapped Jinja engines for Java give another text without a word. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          {% if not add_generation_prompt is defined %}none{% endif %}|{{ not 1 == 2 }} => |True
          {{ not messages[0].role == 'system' }} {{ not 'x' in 'y' }} {{ not messages|length > 5 }} => True True True
          {% for m in messages if m['role'] == 'user' %}{{ loop.index }}{{ m.content }}{{ loop.last }};{% endfor %} => 1OneFalse;2ThreeTrue;
          {% for m in messages if m['role'] != 'user' %}{{ m.role }}{% else %}nobody{% endfor %} => assistant
          {% for m in messages if m.role == 'tool' %}x{% else %}nobody{% endfor %} => nobody
          {{ '' or 'e' }} {{ 'v' and 'w' }} {{ none or 0 }} => e w 0
          {{ messages[0].foo is none }} {{ messages[0].tool_calls is not none }} => False True
          {% for c in 'abc' %}{{ c }}.{% endfor %} => a.b.c.
          {{ messages[0] }} => {'role': 'user', 'content': 'One'}
          {% for k, v in messages[0]|items %}{{ k }}{% endfor %} => rolecontent
          {{ [1, 'a', none, true] }} {{ none }} {{ true }} => [1, 'a', None, True] None True
          {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} => -4 2 3.5 8
          {% for m in messages %}{% if m.role == 'user' %}{% set c = 'U' %}{% endif %}{% if c is defined %}{{ c }}{% endif %};{% endfor %} => U;;U;
          {{ strftime_now is defined }} {{ strftime_now('%d %b %Y %H:%M') }} => True 26 Jul 2024 00:00
          {% set ns = namespace(last=messages|length - 1) %}{{ ns.last }}{{ messages[:ns.last + 1]|length }} => 23
          {% filter trim %}  x  {% endfilter %}{% generation %}y{% endgeneration %} => xy
          {{ messages[::-1][0].content }} {{ messages[0].content.find('n') }} {{ messages | first is defined }} => Three 1 True
          {{ messages[0] | tojson }} => {"role": "user", "content": "One"}
          {{ tools }} {{ documents is none }} {{ nope is defined }} => None True False
          """)
  void publishedTemplatesMeanWhatTheyMeanInPython(String source, String text) {
    List<ChatMessage> conversation =
        List.of(ChatMessage.user("One"), ChatMessage.assistant("Two"), ChatMessage.user("Three"));

    assertThat(render(template(source), conversation)).isEqualTo(text);
  }

  @Test
  void aFailureTellsItsLine() {
    assertThatThrownBy(() -> render(template("a\n\n{{ 'a' + 1 }}"), null, "x"))
        .hasMessageStartingWith(
            folder.resolve("chat_template.jinja") + ", line 3: the template fails: ");
    assertThatThrownBy(() -> template("a\n{{ x | shout }}"))
        .hasMessageStartingWith(
            folder.resolve("chat_template.jinja")
                + ", line 2: the template fails: the filter 'shout' is not supported; ");
  }

  @Test
  void aNamedTokenThatIsNoneIsUndefined() {
    assertThat(
            config(
                "{\"bos_token\": null, \"pad_token\": \"<p>\", \"chat_template\": \"{{ bos_token is"
                    + " defined }}{{ pad_token }}\""))
        .isEqualTo("False<p>");
  }

  @Test
  void trimIsPythons() {
    ChatTemplate template = template("[{{ messages[0].content | trim }}]");

    assertThat(render(template, null, "\u3000\u00a0\u0085\n a\u200b \u0001\u2003"))
        .isEqualTo("[a\u200b \u0001]");
  }

  @Test
  void longPrompt() {
    String prompt = "word {{ x }} ".repeat(100_000);

    assertThat(render(read(Fixtures.SAMPLE), null, prompt)).contains(prompt.strip());
  }

  @Test
  void tokensAreStringsOrObjectsOrMissing() {
    String print = "\"chat_template\": \"{{ bos_token }}|{{ eos_token }}\"";

    assertThat(config("{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}, " + print))
        .isEqualTo("<s>|</s>");
    assertThat(config("{\"bos_token\": null, " + print)).isEqualTo("|");
  }

  @Test
  void listOfTemplatesGivesItsDefault() {
    String list =
        "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"tools\"},"
            + " {\"name\": \"%s\", \"template\": \"plain\"}]";

    assertThat(config(list.formatted("default"))).isEqualTo("plain");
    assertThatThrownBy(() -> config(list.formatted("rag")))
        .isInstanceOf(TextException.class)
        .hasMessage(
            folder.resolve("tokenizer_config.json")
                + ": chat_template: a list without a template named default (it has [tool_use,"
                + " rag]); put a template that fits into chat_template.jinja of the folder, or set"
                + " input.chat = false");
  }

  @Test
  void templateOfAnotherTypeIsRefused() {
    assertThatThrownBy(() -> config("{\"chat_template\": 7"))
        .isInstanceOf(TextException.class)
        .hasMessageContaining("chat_template: must be a string or a list of {name, template}");
  }

  @Test
  void jinjaFileWins() throws Exception {
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": \"config\"}");
    Files.writeString(folder.resolve("chat_template.jinja"), "file\n");

    assertThat(render(read(folder), null, "x")).isEqualTo("file");
  }

  @Test
  void noTemplate() {
    assertThat(ChatTemplate.read(Fixtures.TINY, TokenizerConfig.read(Fixtures.TINY))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% if messages %}x",
        "{% endif %}",
        "{% unknown %}",
        "{{ messages",
        "{% for %}{% endfor %}x{% if x %}{% endfor %}",
        "{% include 'tokenizer.json' %}",
        "{% include '/etc/passwd' %}",
        "{% import 'x.jinja' as x %}",
        "{% from 'x.jinja' import y %}",
        "{% extends 'x.jinja' %}",
        "{% block x %}{% endblock %}",
        "{% trans %}x{% endtrans %}",
        "{{ x | no_such_filter }}",
        "{% autoescape true %}{% endautoescape %}"
      })
  void brokenTemplateIsFoundAtOnce(String source) {
    assertThatThrownBy(() -> template(source))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(folder.resolve("chat_template.jinja") + ", line 1: the template ")
        .hasMessageEndingWith(
            "; put a template that fits into chat_template.jinja of the folder, or set"
                + " input.chat = false");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          {{ raise_exception('No system message, please') }}     ~ refuses the messages: No system message, please;
          {{ '{{ 7 * 7 }}' | render }}                           ~ fails: the filter 'render' is not supported
          {{ messages[0].content is oddish }}                    ~ fails: the test 'oddish' is not supported
          {{ messages[0].content.title().nothing() }}            ~ nothing
          {{ 1 + }}                                              ~ fails: expected an expression, not '}}'
          {{ 'a'.split('') }}                                    ~ fails: a string cannot be split at nothing
          {{ 'a' | replace('b') }}                               ~ fails: replace needs 2 arguments
          {{ nope.x }}                                           ~ fails: 'nope' is undefined
          {{ messages[5].content }}                              ~ fails:
          {{ 'a' + 1 }}                                          ~ fails:
          {{ 'a' + none }}                                       ~ fails:
          {% for t in tools %}{% endfor %}                       ~ fails:
          {{ loop.x }}                                           ~ fails: 'loop' is undefined
          {{ lipsum() }}                                         ~ fails: the function 'lipsum' is not supported
          {% include 'x' %}                                      ~ fails: the tag 'include' is not supported
          {% macro m() %}{{ m() }}{% endmacro %}{{ m() }}        ~ fails: nested more than 200 deep
          """)
  void failureSaysWhy(String source, String reason) {
    assertThatThrownBy(() -> render(template(source), null, "x"))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(folder.resolve("chat_template.jinja") + ", line 1: the template ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.getClass() }}",
        "{{ messages.getClass() }}",
        "{{ messages.getClass().getClassLoader() }}",
        "{{ messages[0].getClass().forName('java.lang.System').exit(1) }}",
        "{{ messages.append({}) }}",
        "{{ messages[0].put('content', 'x') }}",
        "{{ messages[0].clear() }}",
        "{% for m in messages %}{{ loop.getClass() }}{% endfor %}",
        "{% for m in messages %}{{ loop.doBreak() }}{% endfor %}",
        "{{ namespace().getClass() }}",
        "{{ (messages | first).entrySet() }}",
        "{{ ''.class.forName('java.lang.Runtime').exec('id') }}",
        "{{ namespace.class }}",
        "{{ messages[0].__class__.__mro__ }}",
        "{{ 'x'.chars() }}"
      })
  void javaIsOutOfReach(String source) {
    assertThatThrownBy(() -> render(template(source), null, "x"))
        .isInstanceOf(TextException.class)
        .hasMessageContaining("the template fails: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.class }}",
        "{{ messages.class }}",
        "{{ messages[0]['class'] }}",
        "{{ ''['class'] }}",
        "{{ messages | map(attribute='class') | join }}"
      })
  void javaPropertiesAreUndefined(String source) {
    assertThat(render(template(source), null, "x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Time.
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
            + "{% set x = a %}{% endfor %}{% endfor %}{% endfor %}",
        // Output, and single values.
        "{% for a in range(1000) %}{% for b in range(1000) %}aaaaaaaaaaaaaaaa{% endfor %}"
            + "{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for a in range(60) %}"
            + "{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s | length }}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for a in range(60) %}"
            + "{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s | length }}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for a in range(60) %}"
            + "{% set ns.s = ns.s.replace('a', 'aaaaaaaaaaaaaaaa') %}{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for a in range(60) %}"
            + "{% set ns.s = ns.s | replace('a', 'aaaaaaaaaaaaaaaa') %}{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for a in range(60) %}"
            + "{% set ns.s = [ns.s, ns.s] | join(ns.s) %}{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for a in range(60) %}"
            + "{% set ns.s = ns.s.join([ns.s, ns.s, ns.s]) %}{% endfor %}",
        // All values together.
        LONG_TEXTS
            + "{% for a in range(1000) %}{% for b in range(1000) %}{% set ns.y = y ~ a %}{% endfor %}"
            + "{% endfor %}",
        // Numbers of any length.
        "{{ 1.5 | round(100000000) }}",
        "{{ ['1e1000000000', 1] | sum }}",
        "{{ '1e1000000000' | abs + 1 }}",
        // A list that holds itself twice, over and over.
        "{% set ns = namespace(l=['a']) %}{% for a in range(60) %}"
            + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=['a']) %}{% for a in range(60) %}"
            + "{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l | length }}",
        "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}"
      })
  void whatGrowsOrLastsIsRefused(String source) {
    assertTimeout(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> render(template(source), null, "x"))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("the template fails: "));
  }

  /** One text looked for in another can take as long as both lengths multiplied. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "y in x",
        "y not in x",
        "x.split(y)",
        "x.replace(y, '')",
        "x | replace(y, '')",
        "[x] | select('in', y) | list"
      })
  void searchingIsQuick(String expression) {
    String source = LONG_TEXTS + "{{ (" + expression + ") | string | length > 0 }}";

    assertTimeout(
        Duration.ofSeconds(10),
        () -> assertThat(render(template(source), null, "x")).isEqualTo("True"));
  }

  /** Looking for each character of one text in the other took minutes in all. */
  @Test
  void strippingOfManyCharactersIsQuick() {
    String source =
        LONG_TEXTS
            + "{% set z = y.replace('a', 'c') ~ 'a' %}{{ ["
            + "y.strip(z),".repeat(400)
            + "1] | length }}";

    assertThat(render(template(source), null, "x")).isEqualTo("401");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "{'a': ", "x[", "not ", "-"})
  void longAndDeepExpressionsAreRefused(String opening) {
    assertThatThrownBy(() -> template("{{ " + opening.repeat(30_000) + "1 }}"))
        .isInstanceOf(TextException.class)
        .hasMessageContaining("line 1: the template fails: ");
  }

  @Test
  void deepTagsAreRefused() {
    String source = "{% if true %}".repeat(9_000) + "x" + "{% endif %}".repeat(9_000);

    assertThatThrownBy(() -> template(source))
        .isInstanceOf(TextException.class)
        .hasMessageContaining("line 1: the template fails: nested more than 200 deep;");
  }

  @Test
  void hugeSourceIsRefused() {
    assertThatThrownBy(() -> template("x".repeat(300_000)))
        .isInstanceOf(TextException.class)
        .hasMessage(
            folder.resolve("chat_template.jinja")
                + ": larger than 262144 bytes, the most that is read of this file; check that the"
                + " folder is a Hugging Face model folder");
  }

  @Test
  void failureOfOneRowLeavesTheNextAlone() {
    ChatTemplate template =
        template(
            "{% if messages[0].content == 'bad' %}{{ raise_exception('bad') }}{% endif %}"
                + "{{ messages[0].content }}");

    for (String prompt : Arrays.asList("a", "bad", "b")) {
      if (prompt.equals("bad")) {
        assertThatThrownBy(() -> render(template, null, prompt)).isInstanceOf(TextException.class);
      } else {
        assertThat(render(template, null, prompt)).isEqualTo(prompt);
      }
    }
  }

  private static String render(ChatTemplate template, String systemPrompt, String prompt) {
    return render(template, ChatMessage.conversation(systemPrompt, prompt));
  }

  private static String render(ChatTemplate template, List<ChatMessage> conversation) {
    return template.render(conversation.stream().map(ChatMessage::fields).toList(), DATE);
  }

  private ChatTemplate template(String source) {
    Fixtures.write(folder.resolve("chat_template.jinja"), source);
    Fixtures.write(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"<|startoftext|>\", \"eos_token\": \"<|endoftext|>\"}");
    return read(folder);
  }

  private String config(String openJson) {
    Fixtures.write(folder.resolve("tokenizer_config.json"), openJson + "}");
    return render(read(folder), null, "x");
  }

  private static ChatTemplate read(Path folder) {
    return ChatTemplate.read(folder, TokenizerConfig.read(folder)).orElseThrow();
  }
}
