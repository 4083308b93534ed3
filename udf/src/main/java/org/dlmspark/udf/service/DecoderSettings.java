package org.dlmspark.udf.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.util.List;

/**
 * What an executor's decoder is made of. Two tasks with equal settings share one decoder.
 *
 * @param modelPath the Hugging Face folder, {@code model.path}; see {@link ModelLocation} for how a
 *     relative one is found on an executor
 * @param dtype {@code model.dtype}: {@code auto}, {@code float32}, {@code float16} or {@code
 *     bfloat16}
 * @param device {@code model.device}: {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}
 * @param threads {@code model.threads}: threads of one matrix product on a CPU; 0 means the cores
 *     that Spark gave the executor
 * @param maxSequences {@code batch.max-sequences}: how many sequences run at the same time
 * @param maxTokens {@code batch.max-tokens}: how many tokens, prompts and completions together, the
 *     running sequences may have
 * @param attention {@code model.attention}: {@code auto}, {@code full} or {@code block}: how far a
 *     position sees, for folders that do not say it
 * @param gpuAttention {@code model.gpu-attention}: {@code grid} or {@code varlen}: how attention is
 *     computed on a GPU
 */
public record DecoderSettings(
    String modelPath,
    String dtype,
    String device,
    int threads,
    int maxSequences,
    int maxTokens,
    String attention,
    String gpuAttention)
    implements Serializable {

  /** The Spark setting that holds {@link #toJson()}. */
  public static final String CONF = "spark.dlmspark.decoder";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> DTYPES = List.of("auto", "float32", "float16", "bfloat16");

  private static final List<String> ATTENTIONS = List.of("auto", "full", "block");
  private static final List<String> GPU_ATTENTIONS = List.of("grid", "varlen");

  /** Checks every value; messages name the setting. */
  public DecoderSettings {
    if (modelPath == null || modelPath.isBlank()) {
      throw new IllegalArgumentException(
          "model.path is not set: name a Hugging Face folder with --model FOLDER");
    }
    if (!DTYPES.contains(dtype)) {
      throw new IllegalArgumentException(
          "model.dtype = " + dtype + ": must be one of " + String.join(", ", DTYPES));
    }
    if (!device.matches("auto|cpu|gpu|gpu:\\d{1,4}")) {
      throw new IllegalArgumentException(
          "model.device = " + device + ": must be auto, cpu, gpu or gpu:N with N a number");
    }
    if (!ATTENTIONS.contains(attention)) {
      throw new IllegalArgumentException(
          "model.attention = " + attention + ": must be one of " + String.join(", ", ATTENTIONS));
    }
    if (!GPU_ATTENTIONS.contains(gpuAttention)) {
      throw new IllegalArgumentException(
          "model.gpu-attention = "
              + gpuAttention
              + ": must be one of "
              + String.join(", ", GPU_ATTENTIONS));
    }
    if (gpuAttention.equals("varlen")) {
      refuseVarlen("model.device", device, "cpu");
      refuseVarlen("model.dtype", dtype, "float32");
    }
    if (threads < 0) {
      throw new IllegalArgumentException(
          "model.threads = " + threads + ": must be 0 (the executor's cores) or more");
    }
    if (maxSequences < 1) {
      throw new IllegalArgumentException(
          "batch.max-sequences = " + maxSequences + ": must be at least 1");
    }
    if (maxTokens < 2) {
      throw new IllegalArgumentException(
          "batch.max-tokens = " + maxTokens + ": must be at least 2 (tokens)");
    }
  }

  /** What else cannot be is known only where the model is loaded. */
  private static void refuseVarlen(String setting, String value, String unfit) {
    if (value.equals(unfit)) {
      throw new IllegalArgumentException(
          "model.gpu-attention = varlen is for a GPU in float16 or bfloat16, and "
              + setting
              + " = "
              + value
              + "; set model.gpu-attention = grid");
    }
  }

  /**
   * The same decoder, computing in another number type.
   *
   * @param other {@code model.dtype}
   * @return the settings
   * @throws IllegalArgumentException if there is no such type
   */
  public DecoderSettings withDtype(String other) {
    return new DecoderSettings(
        modelPath, other, device, threads, maxSequences, maxTokens, attention, gpuAttention);
  }

  /**
   * These settings as JSON, for {@link #CONF}.
   *
   * @return one line
   */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads what {@link #toJson()} wrote.
   *
   * @param json one line
   * @return the settings
   */
  static DecoderSettings fromJson(String json) {
    try {
      return JSON.readValue(json, DecoderSettings.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          CONF + " holds no decoder settings: " + e.getOriginalMessage(), e);
    }
  }
}
