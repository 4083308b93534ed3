package org.dlmspark.udf.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

/**
 * The special tokens of a {@code tokenizer.json}: those that it calls so, and those that have a
 * name in {@code tokenizer_config.json}.
 */
final class SpecialTokens {
  private final ObjectNode tokenizer;
  private final Set<String> texts = new LinkedHashSet<>();

  /**
   * Finds them.
   *
   * @param file where the tokenizer lies, for messages
   * @param tokenizer its content
   * @param named the texts of tokens that have a name
   * @throws TextException if one is looked for in a text that was changed before
   */
  SpecialTokens(Path file, ObjectNode tokenizer, Collection<String> named) {
    this.tokenizer = tokenizer;
    boolean changes = tokenizer.path("normalizer").isObject();
    for (JsonNode token : tokenizer.path("added_tokens")) {
      String text = token.path("content").asText();
      if (!token.path("special").asBoolean() && !named.contains(text)) {
        continue;
      }
      if (changes && token.path("normalized").asBoolean()) {
        throw new TextException(
            file
                + ": input.allow-special-tokens = false cannot be kept: the special token "
                + text
                + " is also found in texts that are it only once they are normalized"
                + " (\"normalized\": true); set that to false in added_tokens, or allow special"
                + " tokens");
      }
      texts.add(text);
    }
  }

  Set<String> texts() {
    return texts;
  }

  /**
   * The same tokenizer, which finds none of them in a text. All other tokens keep their ids.
   *
   * @return the content of a {@code tokenizer.json}
   */
  ObjectNode hidden() {
    ObjectNode hidden = tokenizer.deepCopy();
    ArrayNode tokens = hidden.putArray("added_tokens");
    for (JsonNode token : tokenizer.path("added_tokens")) {
      String text = token.path("content").asText();
      if (!texts.contains(text)) {
        tokens.add(token);
      } else if (!tokenizer.path("model").path("vocab").has(text)) {
        // Added tokens are numbered one after the other: its place must not fall to the next.
        tokens.add(((ObjectNode) token.deepCopy()).put("content", UUID.randomUUID().toString()));
      }
    }
    return hidden;
  }
}
