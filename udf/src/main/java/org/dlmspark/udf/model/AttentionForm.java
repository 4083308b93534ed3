package org.dlmspark.udf.model;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.util.List;
import org.dlmspark.udf.checkpoint.NumberType;

/**
 * How a step's attention is computed.
 *
 * @param calls which sequences share a call
 * @param program the files of the program that compute it
 */
record AttentionForm(Calls calls, List<String> program) {

  /** Which sequences share a call. */
  enum Calls {
    /** None: each reads its rows of the buffers in place. */
    EACH,
    /** Those of similar size, on a grid. */
    GRIDS,
    /** All. */
    ALL
  }

  private static final List<String> GRID_PROGRAM = List.of("attention_grid.py");

  /** On a CPU, where a call costs next to nothing. */
  static final AttentionForm EACH = new AttentionForm(Calls.EACH, GRID_PROGRAM);

  /** On a GPU. */
  static final AttentionForm GRIDS = new AttentionForm(Calls.GRIDS, GRID_PROGRAM);

  /** On a GPU, by PyTorch's flash kernel for sequences of various lengths. */
  static final AttentionForm VARLEN =
      new AttentionForm(Calls.ALL, List.of("attention_varlen.py", "attention_flash.py"));

  private static final String VARLEN_SETTING = "model.gpu-attention = varlen: ";

  /** What PyTorch's flash kernel was built for: a head's numbers, and how they must divide. */
  private static final int MOST_NUMBERS = 256;

  private static final int NUMBERS_DIVISOR = 8;

  /**
   * Chooses the form.
   *
   * @param setting {@code model.gpu-attention}: {@code grid} or {@code varlen}
   * @param device the device
   * @param numberType of queries and KV buffers
   * @param headDim numbers of a head
   * @return the form
   * @throws IllegalArgumentException if {@code varlen} cannot be; says what to do
   */
  static AttentionForm choose(String setting, Device device, NumberType numberType, int headDim) {
    if (!setting.equals("varlen")) {
      return device.isGpu() ? GRIDS : EACH;
    }
    if (!device.isGpu()) {
      throw refused("is for a GPU, and the model is on a CPU");
    }
    if (numberType == NumberType.FLOAT32) {
      throw refused("computes in float16 or bfloat16, and the model in float32");
    }
    if (headDim > MOST_NUMBERS || headDim % NUMBERS_DIVISOR != 0) {
      throw refused(
          "takes heads of up to "
              + MOST_NUMBERS
              + " numbers in multiples of "
              + NUMBERS_DIVISOR
              + ", and the model's have "
              + headDim);
    }
    String capability = CudaUtils.getComputeCapability(device.getDeviceId());
    if (Integer.parseInt(capability) < 80) {
      throw refused("needs a GPU of compute capability 8.0 (Ampere) or newer, not " + capability);
    }
    return VARLEN;
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(VARLEN_SETTING + why + "; set model.gpu-attention = grid");
  }
}
