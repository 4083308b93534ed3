package org.dlmspark.udf.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The families that can be read, and those that are known by name only. */
final class Families {
  private static final List<Family> SUPPORTED =
      List.of(
          new LladaFamily(),
          new LladaMoeFamily(),
          new Llada2Family(),
          new DreamFamily(),
          SdarFamily.DENSE,
          SdarFamily.MIXTURE,
          new FastDllmFamily(),
          A2dFamily.QWEN3,
          A2dFamily.QWEN2,
          new Rnd1Family(),
          new OpenDcoderFamily());

  /** {@code model_type}, and what its models are and do that the step does not. */
  private static final Map<String, String> KNOWN =
      Map.of(
          "nemotron_labs_diffusion",
          "Nemotron-Labs-Diffusion models, where tokens of the prompt and of finished blocks see"
              + " only those before them,",
          "nemotron_labs_diffusion_vlm",
          "Nemotron-Labs-Diffusion models that see pictures",
          "diffusion_gemma",
          "DiffusionGemma models, which have no mask token,",
          "a2d-llama",
          "Tiny-A2D models made of Llama");

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
    String known = KNOWN.get(modelType);
    if (known != null) {
      throw config.wrong("model_type", known + " are not supported; supported: " + supported());
    }
    return SUPPORTED.stream()
        .filter(family -> family.modelType().equals(modelType) && family.isOf(config))
        .findFirst()
        .orElseThrow(
            () ->
                config.wrong(
                    "model_type", "no family of this name is known; supported: " + supported()));
  }

  private static String supported() {
    return SUPPORTED.stream().map(Family::modelType).distinct().collect(Collectors.joining(", "));
  }
}
