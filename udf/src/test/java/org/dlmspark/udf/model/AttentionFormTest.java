package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AttentionFormTest {
  private static final Checkpoint LLADA = Checkpoint.open(Golden.goldenModel("llada-tiny"));

  private static AttentionForm choose(Device device, NumberType numberType, int headDim) {
    return AttentionForm.choose("varlen", device, numberType, headDim);
  }

  @Test
  void gridsAreForGpus() {
    assertThat(AttentionForm.choose("grid", Device.cpu(), NumberType.FLOAT32, 16))
        .isEqualTo(AttentionForm.EACH);
    assertThat(AttentionForm.choose("grid", Device.gpu(), NumberType.BFLOAT16, 128))
        .isEqualTo(AttentionForm.GRIDS);
  }

  @ParameterizedTest
  @CsvSource({
    "false, BFLOAT16, 128, the model is on a CPU",
    "true, FLOAT32, 128, the model in float32",
    "true, FLOAT16, 100, the model's have 100",
    "true, BFLOAT16, 264, the model's have 264",
  })
  void varlenIsRefusedWhereItsKernelIsNot(
      boolean gpu, NumberType numberType, int headDim, String why) {
    Device device = gpu ? Device.gpu() : Device.cpu();
    assertThatThrownBy(() -> choose(device, numberType, headDim))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("model.gpu-attention = varlen: ")
        .hasMessageContaining(why)
        .hasMessageEndingWith("; set model.gpu-attention = grid");
  }

  @Test
  void varlenIsRefusedBeforeWeightsAreLoaded() {
    assertThatThrownBy(
            () ->
                new TorchDenoisingModel(
                    LLADA, new ModelSettings("bfloat16", "cpu", null, 1, 64, "varlen")))
        .hasMessageContaining("the model is on a CPU");
  }

  /**
   * The program with the kernel's call is one that this PyTorch accepts: the call has the right
   * arguments, and all that is missing is a GPU.
   */
  @Test
  void theKernelsCallIsOneOfThisPyTorch() {
    StepBatch batch = new StepBatch();
    batch.beginSequence(
        0, 2, new TokenChoice(new Sampling(0, 1, 0), Remasking.LOW_CONFIDENCE, 0, false));
    batch.addActive(1, 0);
    ModelSettings settings = new ModelSettings("bfloat16", "cpu", null, 1, 64, "grid");
    try (TorchDenoisingModel model =
        new TorchDenoisingModel(LLADA, settings, AttentionForm.VARLEN, false)) {
      assertThatThrownBy(() -> model.step(batch))
          .hasMessageContaining("aten::_flash_attention_forward")
          .hasMessageContaining("'CPU' backend");
    }
  }
}
