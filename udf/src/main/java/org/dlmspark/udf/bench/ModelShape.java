package org.dlmspark.udf.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.dlmspark.udf.checkpoint.NumberType;

/**
 * The shape of a random model.
 *
 * @param width of the residual stream
 * @param layers number of layers
 * @param heads number of query heads
 * @param kvHeads number of key and value heads
 * @param mlp width of the feed-forward part
 * @param vocabulary rows of embedding and head
 * @param context the longest sequence, in tokens
 * @param type the number type in the file: float32 or bfloat16
 * @param experts experts in all layers but the first, in LLaDA2's layout; null for none, in LLaDA's
 */
public record ModelShape(
    int width,
    int layers,
    int heads,
    int kvHeads,
    int mlp,
    int vocabulary,
    int context,
    NumberType type,
    Experts experts) {

  /**
   * Experts.
   *
   * @param count how many
   * @param perToken how many a token passes through
   * @param size width of each
   * @param shared how many more, of that width, every token passes through
   */
  record Experts(int count, int perToken, int size, int shared) {

    /** In so many groups they lie: LLaDA2's eight, where these have enough. */
    int groups() {
      return count % 8 == 0 && count / 8 >= 2 && count / 2 >= perToken ? 8 : 1;
    }
  }

  /** What a text of a shape begins with. */
  public static final String PREFIX = "random:";

  /** The shape of LLaDA-8B. */
  private static final String LLADA_8B =
      "width=4096,layers=32,heads=32,mlp=12288,vocab=126464,dtype=bfloat16";

  private static final Set<String> KEYS =
      Set.of(
          "width",
          "layers",
          "heads",
          "kv-heads",
          "mlp",
          "vocab",
          "context",
          "dtype",
          "experts",
          "per-token",
          "expert-mlp",
          "shared");

  /** Checks that the parts fit together. */
  public ModelShape {
    if (width % heads != 0 || width / heads % 2 != 0) {
      throw new IllegalArgumentException(
          "random: width = " + width + ": must be an even multiple of heads = " + heads);
    }
    if (heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "random: kv-heads = " + kvHeads + ": must divide heads = " + heads);
    }
    if (vocabulary < 8) {
      throw new IllegalArgumentException("random: vocab = " + vocabulary + ": must be at least 8");
    }
  }

  /**
   * Reads a shape.
   *
   * @param text such as {@code random:width=512,layers=8,heads=8,mlp=1536,vocab=32000}; {@code
   *     kv-heads} (as many as heads), {@code context} (4096) and {@code dtype} (float32, or
   *     bfloat16) may follow, and for a mixture {@code experts}, {@code per-token}, {@code
   *     expert-mlp} and {@code shared} (0 experts more for all); or {@code random:llada-8b}
   * @return the shape
   * @throws IllegalArgumentException naming what is missing or wrong
   */
  public static ModelShape parse(String text) {
    String parts = text.substring(PREFIX.length());
    Map<String, String> values = new HashMap<>();
    for (String part : (parts.equals("llada-8b") ? LLADA_8B : parts).split(",", -1)) {
      String[] pair = part.split("=", 2);
      if (pair.length < 2 || !KEYS.contains(pair[0].strip())) {
        throw new IllegalArgumentException(
            "--model "
                + text
                + ": '"
                + part
                + "' is none of "
                + String.join("=, ", new TreeSet<>(KEYS))
                + "=; or write random:llada-8b");
      }
      values.put(pair[0].strip(), pair[1].strip());
    }
    int heads = number(text, values, "heads", null);
    return new ModelShape(
        number(text, values, "width", null),
        number(text, values, "layers", null),
        heads,
        number(text, values, "kv-heads", heads),
        number(text, values, "mlp", null),
        number(text, values, "vocab", null),
        number(text, values, "context", 4096),
        type(text, values.getOrDefault("dtype", "float32")),
        values.containsKey("experts") ? experts(text, values) : null);
  }

  private static Experts experts(String text, Map<String, String> values) {
    int count = number(text, values, "experts", null);
    int perToken = number(text, values, "per-token", null);
    if (perToken > count) {
      throw new IllegalArgumentException(
          "--model " + text + ": per-token = " + perToken + ": must be at most experts = " + count);
    }
    return new Experts(
        count,
        perToken,
        number(text, values, "expert-mlp", null),
        values.getOrDefault("shared", "0").equals("0") ? 0 : number(text, values, "shared", 0));
  }

  private static NumberType type(String text, String name) {
    return switch (name) {
      case "float32" -> NumberType.FLOAT32;
      case "bfloat16" -> NumberType.BFLOAT16;
      default ->
          throw new IllegalArgumentException(
              "--model " + text + ": dtype = " + name + ": must be float32 or bfloat16");
    };
  }

  private static int number(
      String text, Map<String, String> values, String key, Integer otherwise) {
    String value = values.get(key);
    if (value == null && otherwise != null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(String.valueOf(value));
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as a number that is too small is
    }
    throw new IllegalArgumentException(
        "--model " + text + ": " + key + " = " + value + ": must be a number from 1");
  }

  /** The mask token's id: the last. */
  int maskToken() {
    return vocabulary - 1;
  }
}
