package org.dlmspark.udf.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.dlmspark.udf.checkpoint.ShownValue;

/**
 * What may stand in {@code tokenizer.json}. The library that reads it is native code: where a file
 * contradicts itself it ends the process instead of throwing, and a chain of replacements or a
 * regular expression that backtracks takes all memory or time. So only what a byte-level BPE or a
 * word-level tokenizer needs is let through, part by part, and anything else is refused by name.
 */
final class TokenizerFile {
  private static final int MAX_PARTS = 16;
  private static final int MAX_ADDED_CHARACTERS = 256;
  private static final int MAX_ADDED_TOKENS = 100_000;
  private static final int MAX_PATTERN_CHARACTERS = 2_000;

  private static final Set<String> NORMALIZERS = Set.of("NFC", "NFD", "NFKC", "NFKD", "Lowercase");
  private static final Set<String> PRE_TOKENIZERS =
      Set.of("ByteLevel", "Digits", "Punctuation", "Split", "Whitespace", "WhitespaceSplit");
  private static final Set<String> POST_PROCESSORS = Set.of("ByteLevel", "TemplateProcessing");
  private static final Set<String> DECODERS = Set.of("ByteLevel", "Fuse");
  private static final Set<String> MODELS = Set.of("BPE", "WordLevel");

  private final Path file;
  private final ObjectNode root;

  private TokenizerFile(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Checks a file before the native library sees it.
   *
   * @param file where it lies, for messages
   * @param json its content
   * @throws TextException if it is no JSON object, or holds a part that is not known to be harmless
   */
  static void check(Path file, byte[] json) {
    new TokenizerFile(file, FolderFiles.parseObject(file, json)).check();
  }

  private void check() {
    checkModel(root.path("model"));
    checkAddedTokens(root.path("added_tokens"));
    checkParts("normalizer", "normalizers", NORMALIZERS);
    checkParts("pre_tokenizer", "pretokenizers", PRE_TOKENIZERS);
    checkParts("post_processor", "processors", POST_PROCESSORS);
    checkParts("decoder", "decoders", DECODERS);
  }

  private void checkModel(JsonNode model) {
    requireType("model", model, MODELS);
    JsonNode vocabulary = model.path("vocab");
    if (!vocabulary.isObject()) {
      throw refused("model.vocab", "must be an object of tokens and their ids");
    }
    for (Map.Entry<String, JsonNode> token : vocabulary.properties()) {
      JsonNode id = token.getValue();
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw refused(
            "model.vocab",
            ShownValue.of(token.getKey()) + " has the id " + ShownValue.of(id) + ", no token id");
      }
    }
    for (String key : new String[] {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
      JsonNode value = model.path(key);
      if (!isAbsent(value) && !value.asText("-").isEmpty()) {
        throw refused("model." + key, ShownValue.of(value) + " is not supported, only null is");
      }
    }
  }

  private void checkAddedTokens(JsonNode tokens) {
    if (isAbsent(tokens)) {
      return;
    }
    if (!tokens.isArray() || tokens.size() > MAX_ADDED_TOKENS) {
      throw refused("added_tokens", "must be a list of at most " + MAX_ADDED_TOKENS + " tokens");
    }
    for (JsonNode token : tokens) {
      JsonNode content = token.path("content");
      if (!content.isTextual()
          || content.textValue().isEmpty()
          || content.textValue().length() > MAX_ADDED_CHARACTERS) {
        throw refused(
            "added_tokens",
            "content = "
                + ShownValue.of(content)
                + " must be a text of 1 to "
                + MAX_ADDED_CHARACTERS
                + " characters");
      }
    }
  }

  private void checkParts(String key, String listKey, Set<String> types) {
    JsonNode part = root.path(key);
    if (isAbsent(part)) {
      return;
    }
    if (!part.path("type").asText().equals("Sequence")) {
      checkPart(key, part, types);
      return;
    }
    JsonNode parts = part.path(listKey);
    if (!parts.isArray() || parts.size() > MAX_PARTS) {
      throw refused(key + "." + listKey, "must be a list of at most " + MAX_PARTS + " parts");
    }
    for (JsonNode each : parts) {
      checkPart(key, each, types);
    }
  }

  private void checkPart(String key, JsonNode part, Set<String> types) {
    requireType(key, part, types);
    switch (part.path("type").textValue()) {
      case "Split" -> checkSplit(key, part.path("pattern"));
      case "TemplateProcessing" -> checkTemplate(key, part);
      default -> {}
    }
  }

  private void checkSplit(String key, JsonNode pattern) {
    String text = pattern.path("Regex").asText(pattern.path("String").asText());
    boolean regex = pattern.has("Regex");
    if (pattern.size() != 1 || text.isEmpty() || text.length() > MAX_PATTERN_CHARACTERS) {
      throw refused(
          key,
          "pattern = "
              + ShownValue.of(pattern)
              + " must be one Regex or String of 1 to "
              + MAX_PATTERN_CHARACTERS
              + " characters");
    }
    if (regex && !SplitPattern.takesLinearTime(text)) {
      throw refused(
          key,
          "the pattern " + ShownValue.of(text) + " is not known to take time linear in the text");
    }
  }

  private void checkTemplate(String key, JsonNode part) {
    JsonNode pieces = part.path("single");
    if (!pieces.isArray() || pieces.size() > MAX_PARTS) {
      throw refused(key + ".single", "must be a list of at most " + MAX_PARTS + " pieces");
    }
    int sequences = 0;
    for (JsonNode piece : pieces) {
      if (piece.path("Sequence").path("id").asText().equals("A")) {
        sequences++;
        continue;
      }
      String id = piece.path("SpecialToken").path("id").asText();
      JsonNode token = part.path("special_tokens").path(id);
      int ids = token.path("ids").size();
      if (ids < 1 || ids > MAX_PARTS || token.path("tokens").size() != ids) {
        throw refused(
            key + ".special_tokens",
            ShownValue.of(id) + " must have 1 to " + MAX_PARTS + " ids, and as many tokens");
      }
      for (JsonNode number : token.path("ids")) {
        if (!number.isIntegralNumber() || !number.canConvertToInt() || number.intValue() < 0) {
          throw refused(key + ".special_tokens", ShownValue.of(number) + " is no token id");
        }
      }
    }
    if (sequences != 1) {
      throw refused(key + ".single", "must hold the text, Sequence A, once");
    }
  }

  private void requireType(String key, JsonNode part, Set<String> types) {
    JsonNode type = part.path("type");
    if (!type.isTextual() || !types.contains(type.textValue())) {
      throw refused(
          key,
          "type = "
              + ShownValue.of(type)
              + " is not supported; supported: "
              + String.join(", ", types.stream().sorted().toList()));
    }
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private TextException refused(String key, String reason) {
    return new TextException(
        file
            + ": not a tokenizer that can be read ("
            + key
            + ": "
            + reason
            + "; byte-level BPE and word-level tokenizers are read); fetch the model folder again");
  }
}
