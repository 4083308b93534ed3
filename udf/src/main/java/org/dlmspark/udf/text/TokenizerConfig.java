package org.dlmspark.udf.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
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
 */
record TokenizerConfig(
    Path file, String bosToken, String eosToken, boolean cleanUpSpaces, JsonNode chatTemplate) {

  private static final int MAX_BYTES = 64 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
            ? parse(file, FolderFiles.read(file, MAX_BYTES))
            : JsonNodeFactory.instance.objectNode();
    return new TokenizerConfig(
        file,
        token(root.path("bos_token")),
        token(root.path("eos_token")),
        root.path("clean_up_tokenization_spaces").asBoolean(false),
        root.path("chat_template"));
  }

  private static JsonNode parse(Path file, byte[] bytes) {
    JsonNode root;
    try {
      root = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new TextException(
          file + ": not valid JSON (" + e.getOriginalMessage() + "); fetch the model folder again",
          e);
    } catch (IOException e) {
      throw new TextException(file + ": cannot be read (" + e + ")", e);
    }
    if (!root.isObject()) {
      throw new TextException(file + ": must hold a JSON object; fetch the model folder again");
    }
    return root;
  }

  /** A token is written as its text or as an object that holds its text and how it is matched. */
  private static String token(JsonNode node) {
    return (node.isObject() ? node.path("content") : node).asText("");
  }
}
