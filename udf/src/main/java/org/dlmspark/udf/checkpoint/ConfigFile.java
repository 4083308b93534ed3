package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A configuration file of a model folder, or an object inside of one, with typed, checked access. A
 * key that holds null counts as absent, as it does for the models' authors. A value with two names
 * ({@link Spellings}) is found under either. Every message names file, key and value.
 */
final class ConfigFile {
  private static final int MAX_BYTES = 1 << 20;

  private final Path file;
  private final String prefix;
  private final ObjectNode json;

  private ConfigFile(Path file, String prefix, ObjectNode json) {
    this.file = file;
    this.prefix = prefix;
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
    return new ConfigFile(file, "", JsonFile.read(file, MAX_BYTES));
  }

  /**
   * Reads a file where there is one.
   *
   * @param file the file
   * @return its content, or nothing where no such file is
   * @throws CheckpointException if it is there but no JSON object of at most 1 MiB, or a link to a
   *     file that is not there
   */
  static Optional<ConfigFile> readIfPresent(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(read(file))
        : Optional.empty();
  }

  boolean has(String key) {
    return json.hasNonNull(found(key));
  }

  /** The names of all keys that hold a value. */
  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    json.fieldNames().forEachRemaining(keys::add);
    keys.removeIf(key -> !json.hasNonNull(key));
    return keys;
  }

  /** The value as it stands in the file, for comparison and messages. */
  JsonNode value(String key) {
    return json.path(found(key));
  }

  /**
   * Checks that a key holds the one value that the step computes with.
   *
   * @param key the key
   * @param value the value; numbers are compared as numbers
   * @throws CheckpointException if it holds another or none
   */
  void require(String key, JsonNode value) {
    if (!has(key)) {
      throw missing(key, ", of which only " + value + " is supported");
    }
    if (!same(value(key), value)) {
      throw wrong(key, "not supported; only " + value + " is");
    }
  }

  /** A value that is an object, whose messages name its keys behind its own. */
  ConfigFile part(String key) {
    if (need(key) instanceof ObjectNode object) {
      return new ConfigFile(file, prefix + found(key) + ".", object);
    }
    throw wrong(key, "must be an object of keys and values, or null");
  }

  /**
   * Checks that two keys do not contradict each other.
   *
   * @param key a key, under this very name
   * @param other another one for the same value
   * @throws CheckpointException if both hold a value and it is not the same
   */
  void requireSame(String key, String other) {
    if (json.hasNonNull(key) && json.hasNonNull(other) && !same(json.get(key), json.get(other))) {
      throw contradiction(key, this, other);
    }
  }

  /**
   * The error for two places that state one value differently.
   *
   * @param key the key of one place, in here
   * @param where where the other place is
   * @param other its key
   * @return the exception, to be thrown
   */
  CheckpointException contradiction(String key, ConfigFile where, String other) {
    return new CheckpointException(
        file
            + ": "
            + named(key)
            + ", but "
            + (where.file.equals(file) ? "" : where.file + ": ")
            + where.named(other)
            + ": they mean the same and must not differ; correct the one that the weights were not"
            + " made with, or remove it");
  }

  private String named(String key) {
    String found = found(key);
    return prefix + found + " = " + ShownValue.of(json.path(found));
  }

  private static boolean same(JsonNode a, JsonNode b) {
    return (a.isNumber() && b.isNumber()) ? a.doubleValue() == b.doubleValue() : a.equals(b);
  }

  /** The name under which a value stands here: the one asked for, unless only its other one is. */
  private String found(String key) {
    return json.hasNonNull(key) ? key : Spellings.other(key).filter(json::hasNonNull).orElse(key);
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

  double positive(String key) {
    JsonNode value = need(key);
    double number = value.doubleValue();
    // The step computes with it in float32, where it must not become 0 or infinite.
    float computed = (float) number;
    if (!value.isNumber() || !(computed > 0) || Float.isInfinite(computed)) {
      throw wrong(key, "must be a finite number above 0, in the range of float32");
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
      JsonNode value = value(key);
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
    return new CheckpointException(file + ": " + named(key) + ": " + reason);
  }

  private JsonNode need(String key) {
    if (!has(key)) {
      throw missing(key, "");
    }
    return value(key);
  }

  private CheckpointException missing(String key, String wanted) {
    return new CheckpointException(
        file
            + " has no value for "
            + prefix
            + key
            + wanted
            + ": download config.json anew from the model's page");
  }
}
