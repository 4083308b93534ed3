package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A configuration file of a model folder with typed, checked access. A key that holds null counts
 * as absent, as it does for the models' authors. Every message names file, key and value.
 */
final class ConfigFile {
  private static final int MAX_BYTES = 1 << 20;

  private final Path file;
  private final ObjectNode json;

  private ConfigFile(Path file, ObjectNode json) {
    this.file = file;
    this.json = json;
  }

  /**
   * Reads a file of at most 1 MiB.
   *
   * @param file the file
   * @return its content
   * @throws CheckpointException if it is no JSON object of that size
   */
  static ConfigFile read(Path file) {
    return new ConfigFile(file, JsonFile.read(file, MAX_BYTES));
  }

  /**
   * Reads a file where there is one.
   *
   * @param file the file
   * @return its content, or nothing where no such file is
   * @throws CheckpointException if it is there but no JSON object of at most 1 MiB
   */
  static Optional<ConfigFile> readIfPresent(Path file) {
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  Path file() {
    return file;
  }

  boolean has(String key) {
    return json.hasNonNull(key);
  }

  /** The names of all keys that hold a value. */
  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    json.fieldNames().forEachRemaining(keys::add);
    keys.removeIf(key -> !has(key));
    return keys;
  }

  /** The value as it stands in the file, for comparison and messages. */
  JsonNode value(String key) {
    return json.path(key);
  }

  String text(String key) {
    JsonNode value = need(key);
    if (!value.isTextual()) {
      throw wrong(key, "must be a text");
    }
    return value.textValue();
  }

  boolean flag(String key) {
    JsonNode value = need(key);
    if (!value.isBoolean()) {
      throw wrong(key, "must be true or false");
    }
    return value.booleanValue();
  }

  int number(String key, int min, int max) {
    JsonNode value = need(key);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < min
        || value.intValue() > max) {
      throw wrong(key, "must be a whole number from " + min + " to " + max);
    }
    return value.intValue();
  }

  OptionalInt optionalNumber(String key, int min, int max) {
    return has(key) ? OptionalInt.of(number(key, min, max)) : OptionalInt.empty();
  }

  double positive(String key) {
    JsonNode value = need(key);
    double number = value.doubleValue();
    if (!value.isNumber() || !(number > 0) || Double.isInfinite(number)) {
      throw wrong(key, "must be a finite number above 0");
    }
    return number;
  }

  /**
   * Token ids under a key that may hold one number, a list of them, or nothing.
   *
   * @param key the key
   * @param vocabularySize what every id must be below
   * @return the ids in the file's order; empty where the key is absent
   * @throws CheckpointException if there is anything else, or an id outside the vocabulary
   */
  Set<Integer> tokenIds(String key, int vocabularySize) {
    Set<Integer> ids = new LinkedHashSet<>();
    if (has(key)) {
      JsonNode value = json.get(key);
      for (JsonNode id : value.isArray() ? value : Set.of(value)) {
        if (!id.isIntegralNumber()
            || !id.canConvertToInt()
            || id.intValue() < 0
            || id.intValue() >= vocabularySize) {
          throw wrong(
              key, "must be a token id, or a list of them, from 0 to " + (vocabularySize - 1));
        }
        ids.add(id.intValue());
      }
    }
    return ids;
  }

  /**
   * The error for a value that cannot be used.
   *
   * @param key the key
   * @param reason why not, and what would do
   * @return the exception, to be thrown
   */
  CheckpointException wrong(String key, String reason) {
    return new CheckpointException(
        file + ": " + key + " = " + ShownValue.of(json.path(key)) + ": " + reason);
  }

  private JsonNode need(String key) {
    if (!has(key)) {
      throw new CheckpointException(
          file + " has no value for " + key + ": download config.json anew from the model's page");
    }
    return json.get(key);
  }
}
