package org.dlmspark.udf.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of a folder's {@code tokenizer_config.json} that matters here.
 *
 * @param file the file, for messages; it need not exist
 * @param specialTokens the texts of the tokens that have a name there, such as {@code bos_token}
 * @param cleanUpSpaces {@code clean_up_tokenization_spaces}; false if the file does not say
 * @param chatTemplate {@code chat_template} as it stands there: missing, null, a string or a list
 *     of {@code {name, template}}
 * @param tokenizerClass {@code tokenizer_class}; empty if the file does not say
 * @param addedTokens {@code added_tokens_decoder} as it stands there
 */
record TokenizerConfig(
    Path file,
    Map<String, String> specialTokens,
    boolean cleanUpSpaces,
    JsonNode chatTemplate,
    String tokenizerClass,
    JsonNode addedTokens) {

  private static final int MAX_BYTES = 64 << 20;

  private static final List<String> TOKEN_NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /**
   * Reads the file of a folder. A folder without it is fine: everything is then at its default.
   *
   * @param folder the model folder
   * @return its configuration
   * @throws TextException if the file is there and no JSON object
   */
  static TokenizerConfig read(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    JsonNode root =
        Files.exists(file, LinkOption.NOFOLLOW_LINKS)
            ? FolderFiles.readObject(file, MAX_BYTES)
            : JsonNodeFactory.instance.objectNode();
    return new TokenizerConfig(
        file,
        specialTokens(root),
        root.path("clean_up_tokenization_spaces").asBoolean(false),
        root.path("chat_template"),
        root.path("tokenizer_class").asText(""),
        root.path("added_tokens_decoder"));
  }

  private static Map<String, String> specialTokens(JsonNode root) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String name : TOKEN_NAMES) {
      JsonNode node = root.path(name);
      // A token is written as its text or as an object that holds its text and how it is matched.
      String text = (node.isObject() ? node.path("content") : node).asText("");
      if (!text.isEmpty()) {
        tokens.put(name, text);
      }
    }
    return tokens;
  }
}
