package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens that decoding must know, from whichever file of a folder names them: {@code
 * config.json} and {@code generation_config.json} by number, and where they are silent the
 * tokenizer by text.
 */
final class FolderTokens {
  private static final String MASK = "mask_token_id";
  private static final String END = "eos_token_id";
  private static final int MOST_CONFIG_BYTES = 16 << 20;
  private static final int MOST_TOKENIZER_BYTES = 256 << 20;

  private final Path folder;
  private final ConfigFile config;
  private final Optional<ConfigFile> generation;

  /**
   * Looks at a folder.
   *
   * @param folder the folder
   * @param config its {@code config.json}
   */
  FolderTokens(Path folder, ConfigFile config) {
    this.folder = folder;
    this.config = config;
    generation = ConfigFile.readIfPresent(folder.resolve("generation_config.json"));
  }

  /**
   * The mask token of a family whose {@code config.json} or {@code generation_config.json} names
   * it.
   *
   * @param vocabularySize what the id must be below
   * @return the id
   * @throws CheckpointException if neither names it, they differ, or it is outside the vocabulary
   */
  int mask(int vocabularySize) {
    int last = vocabularySize - 1;
    Optional<ConfigFile> other = generation.filter(file -> file.has(MASK));
    if (other.isEmpty() || config.has(MASK)) {
      int mask = config.number(MASK, 0, last);
      if (other.isPresent() && other.get().number(MASK, 0, last) != mask) {
        throw config.contradiction(MASK, other.get(), MASK);
      }
      return mask;
    }
    return other.get().number(MASK, 0, last);
  }

  /**
   * The mask token of a family whose tokenizer may be the only one to know it.
   *
   * @param vocabularySize what the id must be below
   * @param text what it is called where nothing says which one it is; null for no such name
   * @return the id
   * @throws CheckpointException as {@link #mask(int)}, or if the tokenizer names none
   */
  int mask(int vocabularySize, String text) {
    if (config.has(MASK) || generation.filter(file -> file.has(MASK)).isPresent()) {
      return mask(vocabularySize);
    }
    return named("mask_token", text, vocabularySize)
        .orElseThrow(
            () ->
                new CheckpointException(
                    folder
                        + " names no mask token, neither by mask_token_id in config.json nor by"
                        + " mask_token in tokenizer_config.json: it is no diffusion model, or its"
                        + " tokenizer is missing; download the whole folder"));
  }

  /**
   * The end tokens of all files together.
   *
   * @param vocabularySize what every id must be below
   * @param maskTokenId the mask token, which cannot be an end token
   * @return at least one id
   * @throws CheckpointException if there is none, or one of them is the mask or outside the
   *     vocabulary
   */
  Set<Integer> ends(int vocabularySize, int maskTokenId) {
    Set<Integer> ids = new LinkedHashSet<>(config.tokenIds(END, vocabularySize));
    generation.ifPresent(file -> ids.addAll(file.tokenIds(END, vocabularySize)));
    return checkedEnds(ids, vocabularySize, maskTokenId);
  }

  /**
   * The end tokens of {@code config.json} alone where it names any, else those of the other files:
   * of a family whose {@code generation_config.json} counts padding among them, and whose authors
   * do not.
   *
   * @param vocabularySize what every id must be below
   * @param maskTokenId the mask token, which cannot be an end token
   * @return at least one id
   * @throws CheckpointException as {@link #ends}
   */
  Set<Integer> statedEnds(int vocabularySize, int maskTokenId) {
    Set<Integer> ids = new LinkedHashSet<>(config.tokenIds(END, vocabularySize));
    return ids.isEmpty()
        ? ends(vocabularySize, maskTokenId)
        : checkedEnds(ids, vocabularySize, maskTokenId);
  }

  private Set<Integer> checkedEnds(Set<Integer> stated, int vocabularySize, int maskTokenId) {
    Set<Integer> ids = stated;
    if (ids.isEmpty()) {
      ids =
          Set.of(
              named("eos_token", null, vocabularySize)
                  .orElseThrow(
                      () ->
                          new CheckpointException(
                              folder
                                  + " names no token that ends a text, neither by eos_token_id in"
                                  + " config.json or generation_config.json nor by eos_token in"
                                  + " tokenizer_config.json: download the whole folder")));
    }
    if (ids.contains(maskTokenId)) {
      throw new CheckpointException(
          folder
              + ": token "
              + maskTokenId
              + " is the mask ("
              + MASK
              + ", or the tokenizer's mask_token) and an end token ("
              + END
              + ") as well: one of the two is wrong");
    }
    return ids;
  }

  /**
   * The id of a special token that the tokenizer knows by its purpose, or by its usual text.
   *
   * @throws CheckpointException if it is named, and no list of tokens or not the vocabulary has it
   */
  private Optional<Integer> named(String purpose, String usual, int vocabularySize) {
    Optional<ObjectNode> tokenizer = file("tokenizer_config.json", MOST_CONFIG_BYTES);
    JsonNode special = tokenizer.map(json -> json.path(purpose)).orElse(null);
    JsonNode content =
        special == null ? null : special.isObject() ? special.path("content") : special;
    boolean isNamed = content != null && content.isTextual();
    String text = isNamed ? content.textValue() : usual;
    if (text == null) {
      return Optional.empty();
    }
    OptionalInt id = id(text, tokenizer);
    if (isNamed && id.isEmpty()) {
      throw new CheckpointException(
          folder.resolve("tokenizer_config.json")
              + ": "
              + purpose
              + " = "
              + ShownValue.of(text)
              + ": no list of the folder's tokens has it (added_tokens_decoder there, tokenizer.json,"
              + " added_tokens.json); download the whole folder");
    }
    if (id.isPresent() && id.getAsInt() >= vocabularySize) {
      throw new CheckpointException(
          folder
              + ": the tokenizer's "
              + purpose
              + " "
              + ShownValue.of(text)
              + " is token "
              + id.getAsInt()
              + ", and the vocabulary of config.json ends before "
              + vocabularySize
              + ": tokenizer and model do not belong together");
    }
    return id.isPresent() ? Optional.of(id.getAsInt()) : Optional.empty();
  }

  /** Folders may hold several lists of added tokens; the first that transformers reads counts. */
  private OptionalInt id(String text, Optional<ObjectNode> tokenizer) {
    if (tokenizer.isPresent()) {
      for (Map.Entry<String, JsonNode> entry :
          tokenizer.get().path("added_tokens_decoder").properties()) {
        if (entry.getValue().path("content").asText().equals(text)
            && entry.getKey().matches("\\d{1,9}")) {
          return OptionalInt.of(Integer.parseInt(entry.getKey()));
        }
      }
    }
    Optional<ObjectNode> whole = file("tokenizer.json", MOST_TOKENIZER_BYTES);
    JsonNode addedTokens =
        whole.map(json -> json.path("added_tokens")).orElse(MissingNode.getInstance());
    for (JsonNode added : addedTokens) {
      if (added.path("content").asText().equals(text) && added.path("id").isInt()) {
        return OptionalInt.of(added.path("id").intValue());
      }
    }
    JsonNode id =
        file("added_tokens.json", MOST_CONFIG_BYTES).map(json -> json.path(text)).orElse(null);
    return id != null && id.isInt() ? OptionalInt.of(id.intValue()) : OptionalInt.empty();
  }

  private Optional<ObjectNode> file(String name, int mostBytes) {
    Path file = folder.resolve(name);
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(JsonFile.read(file, mostBytes))
        : Optional.empty();
  }
}
