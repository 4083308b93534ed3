package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A tokenizer of {@code vocab.json} and {@code merges.txt}; its README says where it is from. */
class Qwen2FilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int IM_START = 451;
  private static final int IM_END = 452;
  private static final int MASK = 456;

  @TempDir Path folder;

  @BeforeEach
  void copyFolder() throws IOException {
    for (String name : List.of("vocab.json", "merges.txt", "tokenizer_config.json")) {
      Files.copy(Fixtures.QWEN2.resolve(name), folder.resolve(name));
    }
  }

  /** What transformers' own tokenizer makes of a text. */
  record Encoded(String text, List<Integer> ids) {
    @Override
    public String toString() {
      return JSON.valueToTree(text).toString();
    }
  }

  static List<Encoded> encoded() throws JsonProcessingException {
    return JSON.readValue(
        Fixtures.read(Fixtures.QWEN2.resolve("ids.json")), new TypeReference<>() {});
  }

  @ParameterizedTest
  @MethodSource("encoded")
  void encodesAsTransformersDoes(Encoded expected) {
    try (TextCodec codec = TextCodec.open(Fixtures.QWEN2)) {
      assertThat(codec.encode(expected.text(), Fixtures.SETTINGS))
          .containsExactly(expected.ids().toArray(Integer[]::new));
    }
  }

  @Test
  void encodesByHand() {
    try (TextCodec codec = TextCodec.open(Fixtures.QWEN2)) {
      // Found in vocab.json and merges.txt: "The" is one token, " 7" a space and a digit, "!!" two.
      assertThat(codec.encode("The 7!!", Fixtures.SETTINGS)).containsExactly(288, 220, 22, 0, 0);
      assertThat(codec.encode("<|mask|><|im_start|>7<|im_end|>", Fixtures.SETTINGS))
          .containsExactly(MASK, IM_START, 22, IM_END);
      assertThat(codec.decode(new int[] {455, 288, 220, 22, MASK, 0, 450}, 0, 7))
          .isEqualTo("The 7!");
    }
  }

  /** Ids of {@code apply_chat_template} with {@code add_generation_prompt = True}. */
  @Test
  void chatIsChatMlWithTheDefaultSystemLine() {
    try (TextCodec codec = TextCodec.open(Fixtures.QWEN2)) {
      assertThat(codec.renderChat(ChatMessage.conversation(null, "Hi"), Fixtures.SETTINGS))
          .isEqualTo(
              """
              <|im_start|>system
              You are a helpful assistant.<|im_end|>
              <|im_start|>user
              Hi<|im_end|>
              <|im_start|>assistant
              """);
      assertThat(codec.encodeChat(ChatMessage.conversation(null, "Hi"), Fixtures.SETTINGS))
          .containsExactly(
              451, 82, 402, 76, 198, 362, 84, 332, 257, 328, 382, 373, 75, 345, 13, 452, 198, 451,
              400, 198, 39, 72, 452, 198, 451, 64, 320, 343, 198);
    }
  }

  @Test
  void tokenizerJsonWins() throws IOException {
    Files.copy(Fixtures.SAMPLE.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("<|mdm_mask|>", Fixtures.SETTINGS)).containsExactly(511);
    }
  }

  @Test
  void addedTokensKeepTheirIdsAcrossGaps() {
    addedToken("900", "{\"content\": \"<|far|>\", \"special\": true}");
    addedToken("7000", "{\"content\": \"<far>\"}");
    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("7<|far|><far><|mask|>", Fixtures.SETTINGS))
          .containsExactly(22, 900, 7000, MASK);
      assertThat(codec.decode(new int[] {22, 900, 7000}, 0, 3)).isEqualTo("7<far>");
    }
  }

  @Test
  void theFlagsOfAddedTokensAreHeeded() {
    addedToken("500", "{\"content\": \"<r>\", \"rstrip\": true}");
    addedToken("501", "{\"content\": \"word\", \"single_word\": true}");
    addedToken("502", "{\"content\": \"caf\u00e9\", \"normalized\": true}");
    addedToken("503", "{\"content\": \"n\u00e9\", \"normalized\": false}");
    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("7<r>  7", Fixtures.SETTINGS)).containsExactly(22, 500, 22);
      assertThat(codec.encode("word", Fixtures.SETTINGS)).containsExactly(501);
      assertThat(codec.encode("words", Fixtures.SETTINGS)).doesNotContain(501);
      assertThat(codec.encode("cafe\u0301", Fixtures.SETTINGS)).containsExactly(502);
      assertThat(codec.encode("n\u00e9", Fixtures.SETTINGS)).containsExactly(503);
      assertThat(codec.encode("ne\u0301", Fixtures.SETTINGS)).doesNotContain(503);
      assertThat(codec.encode("7  <|left|>7", Fixtures.SETTINGS)).containsExactly(22, 454, 22);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json", "merges.txt", "tokenizer_config.json"})
  void aMissingFileIsNamed(String name) throws IOException {
    Files.delete(folder.resolve(name));
    refused(
        folder
            + ": no tokenizer: there is neither tokenizer.json nor all of vocab.json, merges.txt"
            + " and tokenizer_config.json ("
            + name
            + " is missing); fetch the one or the others with the model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GPT2Tokenizer", ""})
  void tokenizersThatSplitOtherwiseAreRefused(String name) {
    edit(root -> root.put("tokenizer_class", name));
    refused(
        folder.resolve("tokenizer_config.json")
            + ": tokenizer_class = "
            + name
            + ": of vocab.json and merges.txt only the tokenizers DreamTokenizer, Qwen2Tokenizer,"
            + " Qwen2TokenizerFast are built; put the model's tokenizer.json into the folder, or"
            + " save it there with the save_pretrained of a fast tokenizer");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '~',
      value = {
        "h             ~ line 3 (h): a merge is two tokens with one space between them",
        "h e r         ~ line 3 (h e r): a merge is two tokens with one space between them",
        "h  e          ~ line 3 (h  e): a merge is two tokens with one space between them",
        "h zz          ~ line 3 (h zz): zz is no token of vocab.json",
        "zz h          ~ line 3 (zz h): zz is no token of vocab.json",
        "q q           ~ line 3 (q q): qq is no token of vocab.json",
        "#version: 0.2 ~ line 3 (#version: 0.2): #version: is no token of vocab.json",
      })
  void aMalformedMergeIsNamedByItsLine(String line, String reason) {
    Fixtures.write(folder.resolve("merges.txt"), "#version: 0.2\nh e\n" + line + "\nr e\n");
    broken("merges.txt", reason);
  }

  @Test
  void longAndOddLinesAreShownShort() {
    Fixtures.write(folder.resolve("merges.txt"), "\u0007" + "x".repeat(100_000));
    broken(
        "merges.txt",
        "line 1 (\\u0007"
            + "x".repeat(59)
            + "...): a merge is two tokens with one space between them");
  }

  @Test
  void mergesMayLackTheVersionAndHaveEmptyLinesAndOtherLineEnds() {
    String merges = Fixtures.read(folder.resolve("merges.txt"));
    Fixtures.write(
        folder.resolve("merges.txt"),
        merges.substring(merges.indexOf('\n') + 1).replace("\n", "\r\n\r\n"));
    try (TextCodec codec = TextCodec.open(folder)) {
      assertThat(codec.encode("The", Fixtures.SETTINGS)).containsExactly(288);
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '~',
      value = {
        "\"!\": 0 ~ \"!\": \"0\"        ~ the id of ! is no token id: \"0\"",
        "\"!\": 0 ~ \"!\": 0.5          ~ the id of ! is no token id: 0.5",
        "\"!\": 0 ~ \"!\": -1           ~ the id of ! is no token id: -1",
        "\"!\": 0 ~ \"!\": 4294967296   ~ the id of ! is no token id: 4294967296",
        "\"!\": 0 ~ \"!\": 2            ~ ! and # have the same id 2",
        "\"!\": 0 ~ \"no one\": 0           ~ no token ! for the byte 33, which any text may hold",
        "\"\u0120\": ~ \"no one\":          ~ no token \u0120 for the byte 32, which any text may hold",
        "\"\u00ff\": ~ \"no one\":          ~ no token \u00ff for the byte 255, which any text may hold",
      })
  void aMalformedVocabularyIsRefused(String from, String to, String reason) {
    String vocabulary = Fixtures.read(folder.resolve("vocab.json"));
    assertThat(vocabulary).contains(from);
    Fixtures.write(folder.resolve("vocab.json"), vocabulary.replace(from, to));
    broken("vocab.json", reason);
  }

  @Test
  void aVocabularyThatIsNoUnicodeIsRefused() {
    String vocabulary = Fixtures.read(folder.resolve("vocab.json"));
    Fixtures.write(
        folder.resolve("vocab.json"), vocabulary.replaceFirst("\\{", "{\"\\\\ud800\": 999,"));
    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(
            folder.resolve("vocab.json") + ": not a tokenizer that can be read (");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{} {}"})
  void aVocabularyThatIsNoObjectIsRefused(String json) {
    Fixtures.write(folder.resolve("vocab.json"), json);
    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(folder.resolve("vocab.json") + ": ")
        .hasMessageEndingWith("; fetch the model folder again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json", "merges.txt"})
  void anOversizedFileIsRefused(String name) throws IOException {
    byte[] spaces = new byte[(16 << 20) + 1];
    Arrays.fill(spaces, (byte) ' ');
    Files.write(folder.resolve(name), spaces);
    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessageStartingWith(folder.resolve(name) + ": larger than 16777216 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '~',
      value = {
        "x          ~ {\"content\": \"<x>\"}                   ~ x: the key is no token id",
        "-1         ~ {\"content\": \"<x>\"}                   ~ -1: the key is no token id",
        "9999999999 ~ {\"content\": \"<x>\"}                   ~ 9999999999: the key is no token id",
        "500        ~ {\"content\": \"\"}                      ~ 500: content must be a text of at least one character",
        "500        ~ {\"special\": true}                      ~ 500: content must be a text of at least one character",
        "500        ~ \"<x>\"                                  ~ 500: content must be a text of at least one character",
        "500        ~ {\"content\": \"<x>\", \"special\": 1}   ~ 500: special = 1 is not true or false",
        "500        ~ {\"content\": \"<x>\", \"lstrip\": null} ~ 500: lstrip = null is not true or false",
        "500        ~ {\"content\": \"<|mask|>\"}              ~ 500: <|mask|> clashes with the token of id 456",
        "500        ~ {\"content\": \"The\"}                   ~ 500: The clashes with the token of id 288",
        "288        ~ {\"content\": \"<x>\"}                   ~ 288: <x> clashes with The of the same id",
      })
  void aMalformedAddedTokenIsRefused(String key, String value, String reason) {
    addedToken(key, value);
    broken("tokenizer_config.json", "added_tokens_decoder, " + reason);
  }

  @Test
  void withoutAddedTokensThereIsNoChat() {
    edit(root -> root.remove("added_tokens_decoder"));
    broken(
        "tokenizer_config.json",
        "added_tokens_decoder is missing or no object, and names the added tokens");
  }

  private void addedToken(String key, String json) {
    edit(
        root -> {
          try {
            ((ObjectNode) root.get("added_tokens_decoder")).set(key, JSON.readTree(json));
          } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
          }
        });
  }

  private void edit(Consumer<ObjectNode> change) {
    Path file = folder.resolve("tokenizer_config.json");
    try {
      ObjectNode root = (ObjectNode) JSON.readTree(Fixtures.read(file));
      change.accept(root);
      Fixtures.write(file, root.toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(file.toString(), e);
    }
  }

  private void broken(String file, String reason) {
    refused(folder.resolve(file) + ": " + reason + "; fetch the model folder again");
  }

  private void refused(String message) {
    assertThatThrownBy(() -> TextCodec.open(folder))
        .isInstanceOf(TextException.class)
        .hasMessage(message);
  }
}
