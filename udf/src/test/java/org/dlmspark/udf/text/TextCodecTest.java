package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids that stand here as numbers were given by Hugging Face's own tokenizers library. */
class TextCodecTest {
  private static final int MASK = 511;
  private static TextCodec sample;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    sample = TextCodec.open(Fixtures.SAMPLE);
  }

  @AfterAll
  static void close() {
    sample.close();
  }

  @Test
  void encodesRawPrompt() {
    assertThat(sample.encode("h\u00e9llo \u65e5\u672c \ud83d\ude00", Fixtures.SETTINGS))
        .containsExactly(
            71, 127, 102, 276, 78, 220, 162, 245, 98, 162, 250, 105, 220, 172, 253, 246, 222);
    assertThat(sample.encode(" x\u0000y", Fixtures.SETTINGS)).containsExactly(220, 87, 188, 88);
    assertThat(sample.encode("", Fixtures.SETTINGS)).isEmpty();
  }

  @Test
  void cutsAtTheFirstStopText() {
    int[] ids = sample.encode("one two three two", Fixtures.SETTINGS);
    assertThat(sample.cut(ids, 0, ids.length, List.of()))
        .isEqualTo(new TextCodec.Cut("one two three two", ids.length, false));
    assertThat(sample.cut(ids, 0, ids.length, List.of("four")).stopped()).isFalse();
    int two = sample.encode("one two", Fixtures.SETTINGS).length;
    assertThat(sample.cut(ids, 0, ids.length, List.of("three", " two")))
        .isEqualTo(new TextCodec.Cut("one", two, true));
    assertThat(sample.cut(ids, 0, ids.length, List.of("one"))).matches(cut -> cut.text().isEmpty());
    assertThat(sample.cut(ids, 0, 0, List.of("one")).stopped()).isFalse();
  }

  @Test
  void encodesChat() {
    assertThat(
            sample.encodeChat(
                ChatMessage.conversation(null, "  What is 2+2? \n"), Fixtures.SETTINGS))
        .containsExactly(
            506, 508, 84, 82, 68, 81, 509, 198, 198, 54, 258, 83, 220, 72, 82, 220, 17, 10, 17, 30,
            510, 508, 64, 82, 82, 72, 82, 83, 264, 83, 509, 198, 198);
    assertThat(
            sample.encodeChat(
                ChatMessage.conversation("  Be brief.\n", "  What is 2+2? \n"), Fixtures.SETTINGS))
        .containsExactly(
            506, 508, 82, 300, 83, 68, 76, 509, 198, 198, 33, 68, 281, 319, 334, 13, 510, 508, 84,
            82, 68, 81, 509, 198, 198, 54, 258, 83, 220, 72, 82, 220, 17, 10, 17, 30, 510, 508, 64,
            82, 82, 72, 82, 83, 264, 83, 509, 198, 198);
    sample.requireTemplate();
    sample.requireChat(null, Fixtures.SETTINGS);
    sample.requireChat("Be brief.", Fixtures.SETTINGS);
  }

  @Test
  void specialTokensWrittenInThePromptAreSpecialTokens() {
    assertThat(sample.encode("<|mdm_mask|>x<|eot_id|>", Fixtures.SETTINGS))
        .containsExactly(MASK, 87, 510);
    assertThat(sample.encodeChat(ChatMessage.conversation(null, "<|mdm_mask|>"), Fixtures.SETTINGS))
        .contains(MASK);
  }

  @Test
  void postProcessorAddsItsTokensToRawPromptsOnly() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode tokenizer =
        (ObjectNode) json.readTree(Fixtures.SAMPLE.resolve("tokenizer.json").toFile());
    tokenizer.set(
        "post_processor",
        json.readTree(
            """
            {"type": "TemplateProcessing",
             "single": [{"SpecialToken": {"id": "<|startoftext|>", "type_id": 0}},
                        {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                      {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {"<|startoftext|>":
               {"id": "<|startoftext|>", "ids": [506], "tokens": ["<|startoftext|>"]}}}
            """));
    Fixtures.folder(folder, Map.of("chat_template.jinja", "{{ messages[0].content }}"));
    json.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);

    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("x", Fixtures.SETTINGS)).containsExactly(506, 87);
      assertThat(codec.encodeChat(ChatMessage.conversation(null, "x"), Fixtures.SETTINGS))
          .containsExactly(87);
    }
  }

  @Test
  void truncationAndPaddingOfTheFolderAreOff() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode tokenizer =
        (ObjectNode) json.readTree(Fixtures.SAMPLE.resolve("tokenizer.json").toFile());
    tokenizer.set(
        "truncation",
        json.readTree(
            """
            {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
            """));
    tokenizer.set(
        "padding",
        json.readTree(
            """
            {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null,
             "pad_id": 507, "pad_type_id": 0, "pad_token": "<|endoftext|>"}
            """));
    json.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);

    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("x", Fixtures.SETTINGS)).containsExactly(87);
      assertThat(codec.encode("xyxyxyxyx", Fixtures.SETTINGS)).hasSize(9);
    }
  }

  @Test
  void longPromptIsNeitherCutNorSlow() {
    String prompt = "12 apples \ud83d\ude00 ".repeat(80_000);

    int[] ids = sample.encode(prompt, Fixtures.SETTINGS);

    assertThat(ids).hasSizeGreaterThan(512);
    assertThat(sample.decode(ids, 0, ids.length)).isEqualTo(prompt);
  }

  @Test
  void loneSurrogatesBecomeReplacementCharacters() {
    assertThat(sample.encode("a\ud83d \ude00b\ud83d", Fixtures.SETTINGS))
        .isEqualTo(sample.encode("a\ufffd \ufffdb\ufffd", Fixtures.SETTINGS));
    assertThat(sample.encode("\ude00\ud83d\ude00\ud83d", Fixtures.SETTINGS))
        .isEqualTo(sample.encode("\ufffd\ud83d\ude00\ufffd", Fixtures.SETTINGS));
  }

  @Test
  void decodesARange() {
    int[] ids = sample.encode("one two three", Fixtures.SETTINGS);

    assertThat(sample.decode(ids, 0, ids.length)).isEqualTo("one two three");
    assertThat(sample.decode(ids, 0, 0)).isEmpty();
    assertThat(sample.decode(ids, 0, 1) + sample.decode(ids, 1, ids.length))
        .isEqualTo("one two three");
    assertThatThrownBy(() -> sample.decode(ids, 0, ids.length + 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void specialTokensAreLeftOut() {
    assertThat(sample.decode(new int[] {506, 508, 87, 510, MASK, 88, 507}, 0, 7)).isEqualTo("xy");
  }

  @Test
  void piecesOfACharacterBecomeReplacementCharacters() {
    int[] ids = sample.encode("\ud83d\ude00", Fixtures.SETTINGS);

    assertThat(ids).hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(sample.decode(ids, i, i + 1)).isEqualTo("\ufffd");
    }
    assertThat(sample.decode(ids, 0, 3)).containsOnlyOnce("\ufffd");
    assertThat(sample.decode(new int[] {ids[3], 87, ids[0]}, 0, 3)).isEqualTo("\ufffdx\ufffd");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 513, 100_000, Integer.MAX_VALUE, -1, -512, Integer.MIN_VALUE})
  void unknownIdsGiveNothing(int id) {
    assertThat(sample.decode(new int[] {87, id, 88}, 0, 3)).isEqualTo("xy");
  }

  @Test
  void spacesAreCleanedUpOnlyIfTheFolderSaysSo() {
    int[] ids = sample.encode("a , b . it 's", Fixtures.SETTINGS);
    Fixtures.folder(
        folder, Map.of("tokenizer_config.json", "{\"clean_up_tokenization_spaces\": true}"));

    assertThat(sample.decode(ids, 0, ids.length)).isEqualTo("a , b . it 's");
    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.decode(ids, 0, ids.length)).isEqualTo("a, b. it's");
    }
  }

  @Test
  void wordLevelTokenizer() {
    try (TextCodec codec = TextCodec.open(Fixtures.TINY)) {
      assertThat(codec.encode("t12  t5 what", Fixtures.SETTINGS)).containsExactly(12, 5, 251);
      assertThat(codec.decode(new int[] {12, 250, 5}, 0, 3)).isEqualTo("t12 t5");
      assertThatThrownBy(() -> codec.requireChat(null, Fixtures.SETTINGS))
          .isInstanceOf(TextException.class)
          .hasMessage(
              Fixtures.TINY
                  + ": the model has no chat template (no chat_template.jinja, and no"
                  + " chat_template in tokenizer_config.json); set input.chat = false, or put the"
                  + " model's template into chat_template.jinja");
      assertThatThrownBy(
              () -> codec.encodeChat(ChatMessage.conversation(null, "t1"), Fixtures.SETTINGS))
          .isInstanceOf(TextException.class)
          .hasMessageContaining("set input.chat = false");
    }
  }

  @Test
  void brokenChatTemplateLeavesRawPromptsAlone() {
    Fixtures.folder(folder, Map.of("chat_template.jinja", "{% if %"));

    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("x", Fixtures.SETTINGS)).containsExactly(87);
      assertThatThrownBy(() -> codec.requireChat(null, Fixtures.SETTINGS))
          .isInstanceOf(TextException.class)
          .hasMessageStartingWith(
              folder.resolve("chat_template.jinja") + ", line 1: the template fails: ");
    }
  }

  @Test
  void requireChatTriesTheSystemPrompt() {
    Fixtures.folder(
        folder,
        Map.of(
            "chat_template.jinja",
            "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}"
                + "{% endif %}"));

    try (TextCodec codec = TextCodec.open(folder)) {
      codec.requireChat(null, Fixtures.SETTINGS);
      assertThatThrownBy(() -> codec.requireChat("Be brief.", Fixtures.SETTINGS))
          .isInstanceOf(TextException.class)
          .hasMessageContaining("the template refuses the messages: no system role;");
    }
  }

  @Test
  void missingTokenizer() {
    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessage(
            folder
                + ": no tokenizer: there is neither tokenizer.json nor all of vocab.json,"
                + " merges.txt and tokenizer_config.json (vocab.json is missing); fetch the one or"
                + " the others with the model");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{\"model\": {}}",
        "{\"model\": {\"type\": \"Magic\"}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"b c\"]}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}}",
        "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"\\ud800\": 0}, \"unk_token\": \"\"}}",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
      })
  void brokenTokenizer(String json) {
    Fixtures.write(folder.resolve("tokenizer.json"), json);

    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(folder.resolve("tokenizer.json") + ": ")
        .hasMessageEndingWith("; fetch the model folder again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{} {}", "\u0000"})
  void brokenConfig(String json) {
    Fixtures.folder(folder, Map.of("tokenizer_config.json", json));

    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(folder.resolve("tokenizer_config.json") + ": not valid JSON (")
        .hasMessageEndingWith("); fetch the model folder again");
  }

  @Test
  void configThatIsNoObject() {
    Fixtures.folder(folder, Map.of("tokenizer_config.json", "[]"));

    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessage(
            folder.resolve("tokenizer_config.json")
                + ": must hold a JSON object; fetch the model folder again");
  }

  @Test
  void oversizedFileIsRefusedUnread() throws IOException {
    Path file = Files.writeString(folder.resolve("config"), "12345");

    assertThat(FolderFiles.read(file, 5)).hasSize(5);
    assertThatThrownBy(() -> FolderFiles.read(file, 4))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(file + ": larger than 4 bytes");
  }

  /** Each of these made the native library end the process, or take all time or memory. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "normalizer ~ {'type': 'Precompiled', 'precompiled_charsmap': 'AAAA'} ~ type = \"Precompiled\"",
        "normalizer ~ {'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aa'} ~ type = \"Replace\"",
        "normalizer ~ {'normalizers': []} ~ type =  is not supported",
        "decoder ~ {'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aa'} ~ type = \"Replace\"",
        "pre_tokenizer ~ {'type': 'Split', 'pattern': {'Regex': '(a+)+$'}, 'behavior': 'Isolated', 'invert': false} ~ the pattern (a+)+$ is not known",
        "pre_tokenizer ~ {'type': 'Sequence', 'pretokenizers': [{'type': 'Magic'}]} ~ type = \"Magic\"",
        "post_processor ~ {'type': 'TemplateProcessing', 'single': [{'Sequence': {'id': 'A', 'type_id': 0}}, {'SpecialToken': {'id': 'x', 'type_id': 0}}], 'pair': [], 'special_tokens': {}} ~ x must have 1 to 16 ids",
        "post_processor ~ {'type': 'TemplateProcessing', 'single': [], 'pair': [], 'special_tokens': {}} ~ must hold the text, Sequence A, once",
        "added_tokens ~ [{'id': 7, 'content': ''}] ~ content = \"\" must be a text",
        "model ~ {'type': 'BPE', 'vocab': {'e': 0, '\u00e9': 1}, 'merges': [], 'continuing_subword_prefix': '\u00e9'} ~ model.continuing_subword_prefix",
        "model ~ {'type': 'BPE', 'vocab': {'a': 0}, 'merges': [], 'dropout': 0.5} ~ model.dropout: 0.5",
        "model ~ {'type': 'BPE', 'vocab': {'a': 4294967295}, 'merges': []} ~ a has the id 4294967295",
        "model ~ {'type': 'Unigram', 'vocab': [], 'unk_id': 9} ~ type = \"Unigram\"",
      })
  void partsThatCouldEndTheProcessAreRefused(String key, String json, String reason) {
    Fixtures.folder(folder, Map.of());
    Path file = folder.resolve("tokenizer.json");
    try {
      ObjectNode tokenizer = (ObjectNode) new ObjectMapper().readTree(Fixtures.read(file));
      tokenizer.set(key, new ObjectMapper().readTree(json.replace('\'', '"')));
      Fixtures.write(file, tokenizer.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }

    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(file + ": not a tokenizer that can be read (" + key)
        .hasMessageContaining(reason)
        .hasMessageEndingWith("; fetch the model folder again");
  }

  /**
   * The longest white space there may be, and one character more, which ended the process at 10M.
   */
  @Test
  void promptsHaveALongestLength() {
    try (TextCodec qwen2 = TextCodec.open(Fixtures.QWEN2_FAST)) {
      String longest = " ".repeat(4 << 20);
      assertThat(qwen2.encode(longest, Fixtures.SETTINGS)).isNotEmpty();
      assertThatThrownBy(() -> qwen2.encode(longest + " ", Fixtures.SETTINGS))
          .isInstanceOf(TextException.class)
          .hasMessage(
              Fixtures.QWEN2_FAST.resolve("tokenizer.json")
                  + ": the prompt has 4194305 characters, and at most 4194304 are tokenised;"
                  + " shorten the prompt");
    }
  }

  @Test
  void aTemplateThatIsALinkOutOfTheFolderIsRefused() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Fixtures.folder(inside, Map.of());
    Files.writeString(folder.resolve("secret"), "the secret");
    Files.createSymbolicLink(inside.resolve("chat_template.jinja"), Path.of("../secret"));

    try (TextCodec codec = TextCodec.open(inside)) {
      assertThatThrownBy(() -> codec.requireChat(null, Fixtures.SETTINGS))
          .isInstanceOf(TextException.class)
          .hasMessageContaining("chat_template.jinja is a link that leads out of the model folder");
    }
  }

  /** As a Hugging Face cache leaves them when a snapshot is copied without its blobs. */
  @Test
  void linksToFilesThatAreNotThereAreNoMissingFiles() throws IOException {
    Fixtures.folder(folder, Map.of());
    Path template = folder.resolve("chat_template.jinja");
    Files.createSymbolicLink(template, Path.of("gone"));
    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.brokenTemplate().orElseThrow())
          .startsWith(template + ": is no file, or a link to one that is not there");
    }
    for (String name : new String[] {"tokenizer_config.json", "tokenizer.json"}) {
      Path file = folder.resolve(name);
      Files.deleteIfExists(file);
      Files.createSymbolicLink(file, Path.of("gone"));
      assertThatThrownBy(() -> TextCodec.open(folder))
          .isInstanceOf(TextException.class)
          .hasMessageStartingWith(file + ": is no file, or a link to one that is not there");
      Files.delete(file);
    }
  }

  @Test
  void aConfigurationOfEndlessManyValuesIsRefused() {
    Fixtures.folder(
        folder, Map.of("tokenizer_config.json", "{\"a\":[" + "{},".repeat(2_100_000) + "0]}"));

    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessageContaining("not valid JSON (Token count");
  }

  @Test
  void promptTheTokenizerHasNoTokenFor() {
    Fixtures.write(
        folder.resolve("tokenizer.json"),
        "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\": \"?\"}}");

    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("a", Fixtures.SETTINGS)).containsExactly(0);
      assertThatThrownBy(() -> codec.encode("b", Fixtures.SETTINGS))
          .isInstanceOf(TextException.class)
          .hasMessageStartingWith(
              folder.resolve("tokenizer.json") + ": the tokenizer cannot encode the prompt (");
    }
  }

  @Test
  void closedCodecSaysSo() {
    TextCodec codec = TextCodec.open(Fixtures.SAMPLE);
    codec.close();
    codec.close();

    assertThatThrownBy(() -> codec.encode("x", Fixtures.SETTINGS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the tokenizer of " + Fixtures.SAMPLE.resolve("tokenizer.json") + " is closed");
    assertThatThrownBy(() -> codec.decode(new int[1], 0, 1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void manyThreadsGetTheSameAsOne() throws Exception {
    List<String> prompts =
        IntStream.range(0, 64)
            .mapToObj(i -> ("row " + i + " h\u00e9 \ud83d\ude00 {{ x }} ").repeat(i + 1))
            .toList();
    List<int[]> expected =
        prompts.stream()
            .map(
                prompt ->
                    sample.encodeChat(
                        ChatMessage.conversation("Be brief.", prompt), Fixtures.SETTINGS))
            .toList();

    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int round = 0; round < 30; round++) {
        for (int i = 0; i < prompts.size(); i++) {
          int row = i;
          results.add(
              threads.submit(
                  () -> {
                    assertThat(
                            sample.encodeChat(
                                ChatMessage.conversation("Be brief.", prompts.get(row)),
                                Fixtures.SETTINGS))
                        .isEqualTo(expected.get(row));
                    int[] ids = sample.encode(prompts.get(row), Fixtures.SETTINGS);
                    assertThat(sample.decode(ids, 0, ids.length)).isEqualTo(prompts.get(row));
                    return true;
                  }));
        }
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void closeWaitsForCallsUnderWay() throws Exception {
    String prompt = "12 apples ".repeat(4_000);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 5; round++) {
        TextCodec codec = TextCodec.open(Fixtures.SAMPLE);
        List<Future<int[]>> results = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          results.add(threads.submit(() -> codec.encode(prompt, Fixtures.SETTINGS)));
        }
        int done = results.get(0).get().length;
        codec.close();
        for (Future<int[]> result : results) {
          try {
            assertThat(result.get()).hasSize(done);
          } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
          }
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
