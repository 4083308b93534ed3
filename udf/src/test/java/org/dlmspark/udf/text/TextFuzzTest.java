package org.dlmspark.udf.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.dlmspark.udf.fuzz.Fuzzing;
import org.dlmspark.udf.fuzz.Mutations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokenizers, chat templates and prompts that an attacker made: each works or is refused by a
 * {@link TextException}, in bounded time and memory, with nothing read from outside the folder.
 */
class TextFuzzTest {
  /** What the two million steps of the largest rendering may take in all, little by little. */
  private static final long MAX_TEMPLATE_BYTES = 512L << 20;

  private static final long MAX_TOKENIZER_BYTES = 64L << 20;

  /** Pieces of templates, whole and broken, harmless and not. */
  private static final List<String> FRAGMENTS =
      List.of(
          "{{",
          "}}",
          "{%",
          "%}",
          "{#",
          "#}",
          "-%}",
          "{%-",
          "'",
          "\"",
          "\\",
          "|",
          "(",
          ")",
          "[",
          "]",
          "{% if ",
          "{% for m in messages %}",
          "{% endfor %}",
          "{% endif %}",
          "{% else %}",
          "{% set x = ",
          "{% set ns.x = ns.x ~ ns.x %}",
          "{% set ns = namespace(x='a') %}",
          "{{ messages }}",
          "{{ messages[0]['content'] }}",
          "{{ loop.index }}",
          "{{ x }}",
          "{{ ''.class }}",
          "{{ ''.getClass().forName('java.lang.Runtime') }}",
          "{{ messages.__class__.__mro__ }}",
          "{{ ____int3rpr3t3r____ }}",
          "{{ ____int3rpr3t3r____.getContext() }}",
          "{{ ____int3rpr3t3r____.config.readOnlyResolver }}",
          "{% include '../canary' %}",
          "{% import '../canary' as c %}",
          "{% extends '../canary' %}",
          "{% from '../canary' import x %}",
          "{{ '../canary' | render }}",
          "{% raw %}",
          "{% macro m(a) %}{{ m(a) }}{% endmacro %}{{ m(1) }}",
          "{% call m() %}{% endcall %}",
          "{{ raise_exception('no') }}",
          "{{ range(1000000000) }}",
          "{{ range(0, 10, 0) }}",
          "{{ 9 ** 9 ** 9 }}",
          "{{ 1 / 0 }}",
          "{{ -1 % 0 }}",
          "{{ '9' * 9 }}",
          "{{ 1e999 }}",
          "{{ '1e1000000000' | float + 1 }}",
          "{{ 1.5 | round(999999999) }}",
          "{{ [1] | sum }}",
          " | replace('', 'aaaaaaaa')",
          " | replace('a', 'aaaaaaaa')",
          " | join(messages)",
          " | list",
          " | length",
          " | trim",
          " | title",
          " | unique",
          " | dictsort",
          " | reverse",
          " | map(attribute='class')",
          " | selectattr('role', 'equalto', 'user')",
          " | tojson",
          ".split('')",
          ".split(x)",
          ".strip(x)",
          ".items()",
          ".get(none)",
          ".join(x)",
          "[-1]",
          "[999999999999]",
          "[none]",
          "[0:999999999]",
          ".class",
          "['class']",
          " ~ x",
          " + x",
          " in x",
          " is defined",
          " is containing(x)",
          " is none",
          " if x else y",
          " not in messages",
          "{{ strtotime('1', 'yyyy') }}",
          "{{ datetimeformat(x, '%A') }}",
          "{{ today('x') }}",
          "{{ type(x) }}",
          "{{ super() }}",
          "{{ self }}",
          "{{ caller() }}",
          "{{ namespace() }}",
          "{% break %}",
          "{% continue %}",
          "{% do x %}",
          "{% print x %}",
          "\u0000",
          "\ud800",
          "\u202e",
          "${7*7}",
          "#{7*7}",
          "%{7*7}");

  /** Each runs until a bound of time or memory ends it: a few of these only. */
  private static final List<String> HEAVY =
      List.of(
          "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x"
              + "{% endfor %}{% endfor %}{% endfor %}",
          "{% set ns = namespace(x='aaaa') %}{% for a in range(999) %}{% set ns.x = ns.x ~ ns.x %}"
              + "{% endfor %}",
          "{% set ns = namespace(x=['a']) %}{% for a in range(99) %}{% set ns.x = [ns.x, ns.x] %}"
              + "{% endfor %}{{ ns.x }}",
          "{% set ns = namespace(x={}) %}{% for a in range(99) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}"
              + "{% endfor %}{{ ns.x == ns.x }}",
          "{% for a in range(1000) %}{% for b in range(1000) %}{{ messages }}{% endfor %}{% endfor %}");

  private static final List<String> PROMPTS =
      List.of(
          "Hello",
          " ",
          "\n",
          "\r\n",
          "\t",
          "\u0000",
          "\ud800",
          "\udc00",
          "\ud83d\ude00",
          "\u0301",
          "\u202e",
          "\ufeff",
          "\u2028",
          "\u65e5\u672c",
          "<|mdm_mask|>",
          "<|eot_id|>",
          "<|endoftext|>",
          "<|im_start|>",
          "<|",
          "{{ 7 * 7 }}",
          "{% for x in y %}",
          "{# #}",
          "${jndi:ldap://x}",
          "%s%n%d",
          "'ll",
          "123456789",
          "\u0660",
          "\u00df",
          "\u0130",
          "../canary",
          "t1",
          "a");

  @TempDir Path outside;
  private Path folder;
  private Path canary;

  @BeforeEach
  void writeCanary() throws IOException {
    folder = Files.createDirectory(outside.resolve("model"));
    canary = Files.writeString(outside.resolve("canary"), Fuzzing.CANARY + "\n");
  }

  @Test
  void templates() {
    List<String> sound = new ArrayList<>();
    for (String name : List.of("llada", "qwen2", "qwen2.5", "features")) {
      sound.add(Fixtures.read(Fixtures.TEMPLATES.resolve(name + ".jinja")));
    }
    sound.add("{{ messages[0].content }}");
    sound.add("{% set x = messages[0].content %}{{ x }}");
    sound.add("");
    new Fuzzing("template", TextException.class, MAX_TEMPLATE_BYTES)
        .run(
            28,
            random -> {
              Mutations mutations = new Mutations(random, List.of());
              String source = mutations.text(mutations.pick(sound), FRAGMENTS);
              if (random.nextInt(100) == 0) {
                source = mutations.text(source, HEAVY);
              }
              Path file = folder.resolve("chat_template.jinja");
              Files.deleteIfExists(file);
              if (random.nextInt(50) == 0) {
                Files.createSymbolicLink(
                    file, random.nextBoolean() ? canary : Path.of("../canary"));
              } else {
                Fuzzing.write(file, source.getBytes(StandardCharsets.UTF_8));
              }
              return render(random);
            });
  }

  @Test
  void tokenizerConfigurations() {
    List<String> sound =
        List.of(
            Fixtures.read(Fixtures.SAMPLE.resolve("tokenizer_config.json")),
            Fixtures.read(Fixtures.QWEN2.resolve("tokenizer_config.json")));
    List<String> splices =
        List.of(
            "\"{{ bos_token }}{{ messages }}\"",
            "[{\"name\":\"default\",\"template\":\"{{ eos_token.class }}\"}]",
            "{\"content\":\"</s>\"}",
            "{\"content\":{\"content\":1}}",
            "\"../canary\"");
    new Fuzzing("tokenizer-config", TextException.class, MAX_TEMPLATE_BYTES)
        .run(
            10,
            random -> {
              Mutations mutations = new Mutations(random, splices);
              Fuzzing.write(
                  folder.resolve("tokenizer_config.json"), mutations.json(mutations.pick(sound)));
              return render(random);
            });
  }

  private String render(Random random) {
    String prompt = prompt(random);
    return ChatTemplate.read(folder, TokenizerConfig.read(folder))
        .map(
            template ->
                template.render(
                    ChatMessage.conversation(random.nextBoolean() ? prompt : null, prompt).stream()
                        .map(ChatMessage::fields)
                        .toList(),
                    LocalDate.EPOCH))
        .orElse("");
  }

  @Test
  void tokenizers() {
    List<String> sound = new ArrayList<>();
    for (Path model : List.of(Fixtures.SAMPLE, Fixtures.TINY, Fixtures.QWEN2_FAST)) {
      sound.add(Fixtures.read(model.resolve("tokenizer.json")));
    }
    List<String> splices =
        List.of(
            "\"NFKD\"",
            "\"Lowercase\"",
            "\"ByteLevel\"",
            "\"Split\"",
            "\"Sequence\"",
            "\"BPE\"",
            "\"WordLevel\"",
            "\"Unigram\"",
            "\"Precompiled\"",
            "\"Isolated\"",
            "\"MergedWithNext\"",
            "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaaaa\"}",
            "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"behavior\":\"Isolated\",\"invert\":false}",
            "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a?\"},\"behavior\":\"Removed\",\"invert\":true}",
            "{\"type\":\"Split\",\"pattern\":{\"String\":\"a\"},\"behavior\":\"Contiguous\",\"invert\":true}",
            "{\"Regex\":\"\\\\s+\"}",
            "{\"type\":\"Digits\",\"individual_digits\":true}",
            "{\"type\":\"Punctuation\",\"behavior\":\"Isolated\"}",
            "{\"type\":\"Whitespace\"}",
            "{\"type\":\"NFC\"}",
            "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKC\"},{\"type\":\"Lowercase\"}]}",
            "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"s\",\"type_id\":0}},"
                + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\","
                + "\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":"
                + "{\"s\":{\"id\":\"s\",\"ids\":[1],\"tokens\":[\"s\"]}}}",
            "{\"direction\":\"Right\",\"max_length\":1,\"strategy\":\"LongestFirst\",\"stride\":9}",
            "{\"strategy\":{\"Fixed\":99},\"direction\":\"Left\",\"pad_to_multiple_of\":0,\"pad_id\":0,"
                + "\"pad_type_id\":0,\"pad_token\":\"\"}",
            "{\"id\":0,\"content\":\"a\",\"single_word\":true,\"lstrip\":true,\"rstrip\":true,"
                + "\"normalized\":true,\"special\":true}",
            "[\"a\",\"b\"]",
            "\"a b\"");
    new Fuzzing("tokenizer", TextException.class, MAX_TOKENIZER_BYTES)
        .run(
            6,
            random -> {
              Mutations mutations = new Mutations(random, splices);
              Fuzzing.write(
                  folder.resolve("tokenizer.json"), mutations.tops(mutations.pick(sound)));
              return roundTrip(random);
            });
  }

  @Test
  void qwen2Files() {
    String vocabulary = Fixtures.read(Fixtures.QWEN2.resolve("vocab.json"));
    String merges = Fixtures.read(Fixtures.QWEN2.resolve("merges.txt"));
    String config = Fixtures.read(Fixtures.QWEN2.resolve("tokenizer_config.json"));
    new Fuzzing("qwen2", TextException.class, MAX_TOKENIZER_BYTES)
        .run(
            2,
            random -> {
              Mutations mutations = new Mutations(random, List.of("\"a\"", "\"Qwen2Tokenizer\""));
              boolean changed = random.nextBoolean();
              write("vocab.json", changed ? mutations.json(vocabulary) : bytes(vocabulary));
              changed = random.nextInt(3) == 0;
              write("merges.txt", changed ? mutations.bytes(bytes(merges), 9_999) : bytes(merges));
              changed = random.nextInt(3) == 0;
              write("tokenizer_config.json", changed ? mutations.json(config) : bytes(config));
              return roundTrip(random);
            });
  }

  private void write(String name, byte[] content) {
    Fuzzing.write(folder.resolve(name), content);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String roundTrip(Random random) {
    try (TextCodec codec = TextCodec.open(folder)) {
      int[] ids = codec.encode(prompt(random), Fixtures.SETTINGS);
      return codec.decode(ids, 0, ids.length);
    }
  }

  @Test
  void prompts() {
    try (TextCodec sample = TextCodec.open(Fixtures.SAMPLE);
        TextCodec qwen2 = TextCodec.open(Fixtures.QWEN2)) {
      Map<Boolean, TextCodec> codecs = Map.of(true, sample, false, qwen2);
      new Fuzzing("prompt", TextException.class, 64L << 20)
          .run(
              4,
              random -> {
                TextCodec codec = codecs.get(random.nextBoolean());
                String prompt = prompt(random);
                int[] ids =
                    random.nextBoolean()
                        ? codec.encode(prompt, Fixtures.SETTINGS)
                        : codec.encodeChat(
                            ChatMessage.conversation(null, prompt), Fixtures.SETTINGS);
                int[] any = random.ints(20, -5, 600).toArray();
                return codec.decode(ids, 0, ids.length)
                    + codec.cut(any, 0, any.length, List.of("a", prompt(random) + "b"));
              });
    }
  }

  private static String prompt(Random random) {
    StringBuilder prompt = new StringBuilder();
    int longest = random.nextInt(100) == 0 ? 20_000 : 20;
    for (int pieces = random.nextInt(8); pieces >= 0; pieces--) {
      prompt.append(PROMPTS.get(random.nextInt(PROMPTS.size())).repeat(random.nextInt(longest)));
    }
    return prompt.toString();
  }
}
