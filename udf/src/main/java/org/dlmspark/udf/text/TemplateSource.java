package org.dlmspark.udf.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.dlmspark.udf.text.jinja.JinjaException;

/**
 * The source of a folder's chat template, and what is said where it is no good.
 *
 * @param name where it stands, for messages
 * @param text the template, of at most 256 Ki characters
 */
record TemplateSource(String name, String text) {
  private static final int MAX_SOURCE_BYTES = 256 << 10;
  private static final int MAX_REASON_LENGTH = 400;

  /**
   * Finds a folder's template: the file {@code chat_template.jinja}, else {@code chat_template} in
   * {@code tokenizer_config.json}, where a list or object of named templates gives its {@code
   * default}.
   *
   * @param folder the model folder
   * @param config its tokenizer configuration
   * @return the source; empty if the folder has none
   * @throws TextException if what stands there is no text, or too long
   */
  static Optional<TemplateSource> find(Path folder, TokenizerConfig config) {
    Path file = folder.resolve("chat_template.jinja");
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(new TemplateSource(file.toString(), text(file)));
    }
    JsonNode node = config.chatTemplate();
    String name = config.file() + ": chat_template";
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (node.isArray() || node.isObject()) {
      node = namedDefault(name, byName(node));
    }
    if (!node.isTextual()) {
      throw new TextException(
          name + ": must be a string or a list of {name, template}; " + remedy());
    }
    if (node.textValue().length() > MAX_SOURCE_BYTES) {
      throw new TextException(
          name + ": longer than " + MAX_SOURCE_BYTES + " characters; " + remedy());
    }
    return Optional.of(new TemplateSource(name, node.textValue()));
  }

  private static String text(Path file) {
    ByteBuffer bytes = ByteBuffer.wrap(FolderFiles.read(file, MAX_SOURCE_BYTES));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new TextException(file + ": the template is not UTF-8; " + remedy(), e);
    }
  }

  /** Of two templates of one name the last one counts, as in Python's dict. */
  private static Map<String, JsonNode> byName(JsonNode templates) {
    Map<String, JsonNode> named = new LinkedHashMap<>();
    if (templates.isArray()) {
      templates.forEach(each -> named.put(each.path("name").asText(""), each.path("template")));
    } else {
      templates.properties().forEach(each -> named.put(each.getKey(), each.getValue()));
    }
    return named;
  }

  private static JsonNode namedDefault(String name, Map<String, JsonNode> templates) {
    if (!templates.containsKey("default")) {
      throw new TextException(
          name
              + ": a list without a template named default (it has "
              + templates.keySet()
              + "); "
              + remedy());
    }
    return templates.get("default");
  }

  /**
   * The error for a template that is broken, or refuses what it is to render.
   *
   * @param failure where it fails, and why
   * @return the exception, to be thrown
   */
  TextException failed(JinjaException failure) {
    String reason = failure.reason().replaceAll("\\s+", " ");
    String shortened =
        reason.length() <= MAX_REASON_LENGTH
            ? reason
            : reason.substring(0, MAX_REASON_LENGTH) + "...";
    String what =
        failure.kind() == JinjaException.Kind.RAISED
            ? "the template refuses the messages: "
            : "the template fails: ";
    return new TextException(
        name + ", line " + failure.line() + ": " + what + shortened + "; " + remedy(), failure);
  }

  private static String remedy() {
    return "put a template that fits into chat_template.jinja of the folder, or set input.chat ="
        + " false";
  }
}
