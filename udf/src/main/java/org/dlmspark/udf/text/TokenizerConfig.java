package org.dlmspark.udf.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The part of a folder's {@code tokenizer_config.json} that matters here.
 *
 * @param file the file, for messages; it need not exist
 * @param bosToken the text of the token that starts a sequence; empty if there is none, which is
 *     how Jinja prints an undefined variable
 * @param eosToken the text of the token that ends a sequence; empty if there is none
 * @param cleanUpSpaces {@code clean_up_tokenization_spaces}; false if the file does not say
 * @param chatTemplate {@code chat_template} as it stands there: missing, null, a string or a list
 *     of {@code {name, template}}
 * @param tokenizerClass {@code tokenizer_class}; empty if the file does not say
 * @param addedTokens {@code added_tokens_decoder} as it stands there
 */
record TokenizerConfig(
    Path file,
    String bosToken,
    String eosToken,
    boolean cleanUpSpaces,
    JsonNode chatTemplate,
    String tokenizerClass,
    JsonNode addedTokens) {

  private static final int MAX_BYTES = 64 << 20;

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
        Files.exists(file)
            ? FolderFiles.readObject(file, MAX_BYTES)
            : JsonNodeFactory.instance.objectNode();
    return new TokenizerConfig(
        file,
        token(root.path("bos_token")),
        token(root.path("eos_token")),
        root.path("clean_up_tokenization_spaces").asBoolean(false),
        root.path("chat_template"),
        root.path("tokenizer_class").asText(""),
        root.path("added_tokens_decoder"));
  }

  /** A token is written as its text or as an object that holds its text and how it is matched. */
  private static String token(JsonNode node) {
    return (node.isObject() ? node.path("content") : node).asText("");
  }
}
