package org.dlmspark.udf.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The families that can be read, and those that are known by name only. */
final class Families {
  private static final List<Family> SUPPORTED = List.of(new LladaFamily(), new DreamFamily());

  /** {@code model_type} in lower case, and what its models are called. */
  private static final Map<String, String> NOT_YET =
      Map.of(
          "llada_moe", "LLaDA-MoE",
          "llada2_moe", "LLaDA2");

  private Families() {}

  /**
   * The family of a model.
   *
   * @param config its {@code config.json}
   * @return the family
   * @throws CheckpointException if it is not supported; the message names those that are
   */
  static Family of(ConfigFile config) {
    String modelType = config.text("model_type");
    String known = NOT_YET.get(modelType.toLowerCase(Locale.ROOT));
    if (known != null) {
      throw unsupported(config, known);
    }
    return SUPPORTED.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                config.wrong(
                    "model_type", "no family of this name is known; supported: " + supported()));
  }

  /**
   * The error for a model whose arithmetic is not there yet.
   *
   * @param config its {@code config.json}
   * @param name what such models are called
   * @return the exception, to be thrown
   */
  static CheckpointException unsupported(ConfigFile config, String name) {
    return config.wrong(
        "model_type", name + " models are not supported yet; supported: " + supported());
  }

  private static String supported() {
    return SUPPORTED.stream().map(Family::modelType).collect(Collectors.joining(", "));
  }
}
