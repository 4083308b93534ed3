package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a family's {@code config.json} must say for the denoising step to compute the model: any
 * other value would give wrong text silently. Filled once, then only read.
 */
final class Arithmetic {
  /** What a key must hold, and whether the authors' own default is something else. */
  private record Wanted(JsonNode value, boolean mustBeStated) {}

  private final Map<String, Wanted> values = new LinkedHashMap<>();
  private final Set<String> absent = new LinkedHashSet<>();

  /** Notes a text that the authors default to something else: the file must state it. */
  Arithmetic states(String key, String value) {
    return note(key, new Wanted(TextNode.valueOf(value), true));
  }

  /** Notes a flag that the authors default to something else: the file must state it. */
  Arithmetic states(String key, boolean value) {
    return note(key, new Wanted(BooleanNode.valueOf(value), true));
  }

  /** Notes a text that an absent key means too. */
  Arithmetic hasOrDefaultsTo(String key, String value) {
    return note(key, new Wanted(TextNode.valueOf(value), false));
  }

  /** Notes a flag that an absent key means too. */
  Arithmetic hasOrDefaultsTo(String key, boolean value) {
    return note(key, new Wanted(BooleanNode.valueOf(value), false));
  }

  /** Notes a number that an absent key means too. */
  Arithmetic hasOrDefaultsTo(String key, int value) {
    return note(key, new Wanted(IntNode.valueOf(value), false));
  }

  /** Notes a key that changes the arithmetic by being there at all. */
  Arithmetic lacks(String key) {
    absent.add(key);
    return this;
  }

  private Arithmetic note(String key, Wanted wanted) {
    values.put(key, wanted);
    return this;
  }

  /**
   * Checks a model's configuration.
   *
   * @param config {@code config.json}
   * @throws CheckpointException if it asks for other arithmetic; names the key and what would do
   */
  void check(ConfigFile config) {
    values.forEach(
        (key, wanted) -> {
          if (config.has(key) ? !config.value(key).equals(wanted.value()) : wanted.mustBeStated()) {
            throw config.wrong(key, "not supported; only " + wanted.value() + " is");
          }
        });
    for (String key : absent) {
      if (config.has(key)) {
        throw config.wrong(key, "not supported; only models without it are");
      }
    }
  }
}
