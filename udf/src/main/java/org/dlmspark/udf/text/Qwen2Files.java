package org.dlmspark.udf.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dlmspark.udf.checkpoint.ShownValue;

/**
 * The tokenizer of a folder without {@code tokenizer.json}, as Dream's are: Qwen2's byte-level BPE
 * as {@code vocab.json} and {@code merges.txt}, its added tokens in {@code tokenizer_config.json}.
 * From them comes the one JSON that the tokenizers library reads, the same that transformers' own
 * converter makes ({@code Qwen2Converter} of {@code convert_slow_tokenizer.py}).
 *
 * <p>Other tokenizers are kept in files of these names too, and differ in how they split text: the
 * folder must say that it is one of Qwen2's kind.
 */
final class Qwen2Files {
  private static final String VOCABULARY = "vocab.json";
  private static final String MERGES = "merges.txt";
  private static final String ADDED = "added_tokens_decoder";

  /** Qwen2's 150,000 tokens take 3 MB; bounds what the parsed file takes as well. */
  private static final int MAX_BYTES = 16 << 20;

  private static final int LONGEST_SHOWN = 60;
  private static final List<String> CLASSES =
      List.of("DreamTokenizer", "Qwen2Tokenizer", "Qwen2TokenizerFast");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path vocabularyFile;
  private final Path mergesFile;
  private final TokenizerConfig config;

  /** The text of the token behind each id. */
  private final Map<Integer, String> tokens = new HashMap<>();

  private Qwen2Files(Path folder, TokenizerConfig config) {
    this.vocabularyFile = folder.resolve(VOCABULARY);
    this.mergesFile = folder.resolve(MERGES);
    this.config = config;
  }

  /**
   * Puts the tokenizer together.
   *
   * @param folder a model folder without {@code tokenizer.json}
   * @param config its tokenizer configuration
   * @return what {@code tokenizer.json} would hold
   * @throws TextException if a file is missing or malformed, or of another kind of tokenizer
   */
  static byte[] tokenizerJson(Path folder, TokenizerConfig config) {
    Qwen2Files files = new Qwen2Files(folder, config);
    files.requireFiles(folder);
    files.requireClass();
    return files.build();
  }

  private void requireFiles(Path folder) {
    for (Path file : List.of(vocabularyFile, mergesFile, config.file())) {
      if (!Files.isRegularFile(file)) {
        throw new TextException(
            folder
                + ": no tokenizer: there is neither tokenizer.json nor all of vocab.json,"
                + " merges.txt and tokenizer_config.json ("
                + file.getFileName()
                + " is missing); fetch the one or the others with the model");
      }
    }
  }

  private void requireClass() {
    if (!CLASSES.contains(config.tokenizerClass())) {
      throw new TextException(
          config.file()
              + ": tokenizer_class = "
              + shown(config.tokenizerClass())
              + ": of vocab.json and merges.txt only the tokenizers "
              + String.join(", ", CLASSES)
              + " are built; put the model's tokenizer.json into the folder, or save it there with"
              + " the save_pretrained of a fast tokenizer");
    }
  }

  private byte[] build() {
    ObjectNode tokenizer = skeleton();
    ObjectNode model = (ObjectNode) tokenizer.get("model");
    ObjectNode vocabulary = vocabulary();
    model.set("merges", merges(vocabulary));
    tokenizer.set("added_tokens", addedTokens(vocabulary));
    model.set("vocab", vocabulary);
    try {
      return JSON.writeValueAsBytes(tokenizer);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode skeleton() {
    String resource = "qwen2_tokenizer.json";
    try (InputStream in = Qwen2Files.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing from the jar");
      }
      return (ObjectNode) JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode vocabulary() {
    ObjectNode vocabulary = FolderFiles.readObject(vocabularyFile, MAX_BYTES);
    vocabulary
        .properties()
        .forEach(
            entry -> {
              JsonNode id = entry.getValue();
              if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw broken(
                    vocabularyFile,
                    "the id of " + shown(entry.getKey()) + " is no token id: " + shown(id));
              }
              String other = tokens.put(id.intValue(), entry.getKey());
              if (other != null) {
                throw broken(
                    vocabularyFile,
                    shown(other) + " and " + shown(entry.getKey()) + " have the same id " + id);
              }
            });
    requireEveryByte(vocabulary);
    return vocabulary;
  }

  /** A byte without a token would vanish from prompts without a word. */
  private void requireEveryByte(ObjectNode vocabulary) {
    int next = 256;
    for (int b = 0; b < 256; b++) {
      // Byte-level BPE writes a byte as the character of its number where that can be printed.
      boolean printed = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
      String symbol = Character.toString(printed ? b : next++);
      if (!vocabulary.has(symbol)) {
        throw broken(
            vocabularyFile,
            "no token " + shown(symbol) + " for the byte " + b + ", which any text may hold");
      }
    }
  }

  private ArrayNode merges(ObjectNode vocabulary) {
    String text = new String(FolderFiles.read(mergesFile, MAX_BYTES), StandardCharsets.UTF_8);
    ArrayNode merges = JSON.createArrayNode();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      if (line.isBlank() || (number == 1 && line.startsWith("#version:"))) {
        continue;
      }
      String[] pair = line.strip().split(" ", -1);
      if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
        throw brokenMerge(number, line, "a merge is two tokens with one space between them");
      }
      for (String token : List.of(pair[0], pair[1], pair[0] + pair[1])) {
        if (!vocabulary.has(token)) {
          throw brokenMerge(number, line, shown(token) + " is no token of vocab.json");
        }
      }
      merges.addArray().add(pair[0]).add(pair[1]);
    }
    return merges;
  }

  private ArrayNode addedTokens(ObjectNode vocabulary) {
    if (!config.addedTokens().isObject()) {
      throw broken(config.file(), ADDED + " is missing or no object, and names the added tokens");
    }
    SortedMap<Integer, ObjectNode> byId = new TreeMap<>();
    config
        .addedTokens()
        .properties()
        .forEach(entry -> byId.put(addedId(entry.getKey()), added(entry, vocabulary)));
    return JSON.createArrayNode().addAll(byId.values());
  }

  private int addedId(String key) {
    if (!key.matches("[0-9]{1,9}")) {
      throw brokenAdded(key, "the key is no token id");
    }
    return Integer.parseInt(key);
  }

  private ObjectNode added(Map.Entry<String, JsonNode> entry, ObjectNode vocabulary) {
    String key = entry.getKey();
    int id = addedId(key);
    JsonNode content = entry.getValue().path("content");
    if (!content.isTextual() || content.textValue().isEmpty()) {
      throw brokenAdded(key, "content must be a text of at least one character");
    }
    String text = content.textValue();
    // The library numbers added tokens itself, without gaps, unless the vocabulary has them.
    JsonNode other = vocabulary.putIfAbsent(text, JSON.getNodeFactory().numberNode(id));
    String taken = tokens.put(id, text);
    if ((other != null && other.intValue() != id) || (taken != null && !taken.equals(text))) {
      throw brokenAdded(
          key,
          shown(text)
              + " clashes with "
              + (other != null ? "the token of id " + other : shown(taken) + " of the same id"));
    }
    boolean special = flag(entry, "special", false);
    return JSON.createObjectNode()
        .put("id", id)
        .put("content", text)
        .put("single_word", flag(entry, "single_word", false))
        .put("lstrip", flag(entry, "lstrip", false))
        .put("rstrip", flag(entry, "rstrip", false))
        .put("normalized", flag(entry, "normalized", !special))
        .put("special", special);
  }

  private boolean flag(Map.Entry<String, JsonNode> entry, String name, boolean absent) {
    JsonNode value = entry.getValue().path(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw brokenAdded(entry.getKey(), name + " = " + shown(value) + " is not true or false");
    }
    return value.asBoolean(absent);
  }

  private TextException brokenMerge(int line, String text, String reason) {
    return broken(mergesFile, "line " + line + " (" + shown(text) + "): " + reason);
  }

  private TextException brokenAdded(String key, String reason) {
    return broken(config.file(), ADDED + ", " + shown(key) + ": " + reason);
  }

  private static TextException broken(Path file, String reason) {
    return new TextException(file + ": " + reason + "; fetch the model folder again");
  }

  private static String shown(Object value) {
    return ShownValue.of(value, LONGEST_SHOWN);
  }
}
