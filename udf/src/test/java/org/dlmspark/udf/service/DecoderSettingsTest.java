package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class DecoderSettingsTest {

  @Test
  void survivesTheTripToAnExecutor() {
    DecoderSettings settings =
        new DecoderSettings("a \"b\"", "bfloat16", "gpu:3", 2, 5, 999, "auto", "grid");
    assertThat(DecoderSettings.fromJson(settings.toJson())).isEqualTo(settings);
    assertThatThrownBy(() -> DecoderSettings.fromJson("{"))
        .hasMessageStartingWith("spark.dlmspark.decoder holds no decoder settings");
  }

  @Test
  void wrongValuesAreRefusedByName() {
    assertThatThrownBy(() -> new DecoderSettings("", "auto", "cpu", 0, 1, 9, "auto", "grid"))
        .hasMessageContaining("model.path is not set");
    assertThatThrownBy(() -> new DecoderSettings("m", "int4", "cpu", 0, 1, 9, "auto", "grid"))
        .hasMessage("model.dtype = int4: must be one of auto, float32, float16, bfloat16");
    assertThatThrownBy(() -> new DecoderSettings("m", "auto", "cpu", 0, 1, 9, "auto", "varlen"))
        .hasMessage(
            "model.gpu-attention = varlen is for a GPU in float16 or bfloat16, and model.device ="
                + " cpu; set model.gpu-attention = grid");
    assertThatThrownBy(() -> new DecoderSettings("m", "float32", "gpu", 0, 1, 9, "auto", "varlen"))
        .hasMessageContaining("and model.dtype = float32; set");
    assertThatThrownBy(() -> new DecoderSettings("m", "auto", "cuda", 0, 1, 9, "auto", "grid"))
        .hasMessage("model.device = cuda: must be auto, cpu, gpu or gpu:N with N a number");
    assertThatThrownBy(() -> new DecoderSettings("m", "auto", "cpu", -1, 1, 9, "auto", "grid"))
        .hasMessageContaining("model.threads = -1");
    assertThatThrownBy(() -> new DecoderSettings("m", "auto", "cpu", 0, 0, 9, "auto", "grid"))
        .hasMessageContaining("batch.max-sequences = 0");
    assertThatThrownBy(() -> new DecoderSettings("m", "auto", "cpu", 0, 1, 1, "auto", "grid"))
        .hasMessageContaining("batch.max-tokens = 1");
  }

  @Test
  void aModelOnAnotherFileSystemIsRefused() {
    assertThat(ModelLocation.resolve("file:///models/llada")).hasToString("/models/llada");
    assertThat(ModelLocation.resolve("models/llada")).hasToString("models/llada");
    assertThatThrownBy(() -> ModelLocation.resolve("s3a://bucket/llada"))
        .hasMessageContaining("model.path = s3a://bucket/llada")
        .hasMessageContaining("--archives");
  }
}
