package org.dlmspark.udf.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes to bytes, texts and JSON, as an attacker or a bad disk would make them. */
public final class Mutations {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Values at the edges of number types and beyond, and of other types. */
  private static final List<String> VALUES =
      List.of(
          "0",
          "-1",
          "1",
          "2147483647",
          "2147483648",
          "4294967295",
          "4294967296",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "99999999999999999999999999999999999999999999",
          "1e400",
          "-0.0",
          "0.5",
          "1e-400",
          "null",
          "true",
          "false",
          "\"\"",
          "\"0\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[]]",
          "[{}]",
          "{\"type\":\"Sequence\"}",
          "[0,9223372036854775807]",
          "[4294967296,4294967296]");

  private final Random random;
  private final List<String> splices;

  /**
   * Mutations of one case.
   *
   * @param random the case's
   * @param splices further JSON texts to set as values
   */
  public Mutations(Random random, List<String> splices) {
    this.random = random;
    this.splices = splices;
  }

  /**
   * One to five changes to the values, names and shape of a JSON text, then perhaps to its bytes.
   */
  public byte[] json(String text) {
    JsonNode root = tree(text);
    for (int changes = 1 + random.nextInt(5); changes > 0; changes--) {
      change(containers(root));
    }
    String changed = root.toString();
    if (random.nextInt(10) == 0) {
      changed = changed.replaceFirst("\\{", "{" + "\"a\":1,\"a\":2,");
    }
    byte[] bytes = changed.getBytes(StandardCharsets.UTF_8);
    return random.nextInt(8) == 0 ? bytes(bytes, bytes.length) : bytes;
  }

  /** As {@link #json}, mostly of what is near the root: not of the thousands of tokens below. */
  public byte[] tops(String text) {
    if (random.nextInt(4) == 0) {
      return json(text);
    }
    ObjectNode root = (ObjectNode) tree(text);
    List<JsonNode> tops = new ArrayList<>(List.of(root));
    for (String part : List.of("normalizer", "pre_tokenizer", "post_processor", "decoder")) {
      tops.addAll(containers(root.path(part)));
    }
    tops.add(root.path("model"));
    tops.removeIf(node -> !node.isContainerNode());
    for (int changes = random.nextInt(3) == 0 ? 2 : 1; changes > 0; changes--) {
      change(tops);
    }
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Flips, cuts, repeats or overwrites bytes among the first ones. */
  public byte[] bytes(byte[] sound, int among) {
    byte[] bytes = sound.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(Math.min(Math.max(among, 1), bytes.length));
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(64));
        default -> {
          int length = Math.min(bytes.length - at, 1 + random.nextInt(32));
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
        }
      }
    }
    return bytes;
  }

  /** Cuts, repeats and splices pieces of a text. */
  public String text(String sound, List<String> fragments) {
    StringBuilder text = new StringBuilder(sound);
    for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
      int at = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), at + random.nextInt(40));
      switch (random.nextInt(6)) {
        case 0 -> text.delete(at, to);
        case 1 -> text.insert(at, text.substring(at, to).repeat(1 + random.nextInt(20)));
        case 2 -> text.insert(at, (char) random.nextInt(0x3000));
        default -> text.insert(at, pick(fragments));
      }
    }
    return text.toString();
  }

  /** One of a list. */
  public <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private void change(List<JsonNode> containers) {
    JsonNode container = pick(containers);
    if (container instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      changeField(object, pick(names), pick(containers));
    } else if (container instanceof ArrayNode array && !array.isEmpty()) {
      changeElement(array, random.nextInt(array.size()), pick(containers));
    }
  }

  private void changeField(ObjectNode object, String name, JsonNode other) {
    switch (random.nextInt(6)) {
      case 0 -> object.remove(name);
      case 1 -> object.set(name + random.nextInt(3), object.get(name).deepCopy());
      case 2 -> object.set(name, object.arrayNode().add(object.get(name).deepCopy()));
      case 3 -> object.set(name, other.deepCopy());
      case 4 -> object.putRawValue(name, new RawValue(deep()));
      default -> object.set(name, value());
    }
  }

  private void changeElement(ArrayNode array, int at, JsonNode other) {
    switch (random.nextInt(5)) {
      case 0 -> array.remove(at);
      case 1 -> array.insert(at, array.get(at).deepCopy());
      case 2 -> array.set(at, other.deepCopy());
      default -> array.set(at, value());
    }
  }

  private JsonNode value() {
    return tree(!splices.isEmpty() && random.nextInt(3) == 0 ? pick(splices) : pick(VALUES));
  }

  private String deep() {
    int depth = 1 + random.nextInt(random.nextInt(20) == 0 ? 5_000 : 100);
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static List<JsonNode> containers(JsonNode root) {
    List<JsonNode> found = new ArrayList<>(List.of(root));
    for (int i = 0; i < found.size(); i++) {
      found
          .get(i)
          .forEach(child -> found.addAll(child.isContainerNode() ? List.of(child) : List.of()));
    }
    return found;
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
