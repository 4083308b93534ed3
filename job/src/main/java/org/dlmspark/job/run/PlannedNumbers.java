package org.dlmspark.job.run;

import java.util.function.Supplier;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.model.CpuMatrixUnits;
import org.dlmspark.udf.model.NumberTypes;

/**
 * In which numbers the executors' decoders compute, as a plan tells it. Each executor decides for
 * itself, by its own device and CPU: the driver's CPU may be another one.
 *
 * @param type the type, or the widest that it may be
 * @param text which and why
 * @param open whether it depends on the executors' CPUs
 */
record PlannedNumbers(NumberType type, String text, boolean open) {

  /**
   * What can be told before a CPU is asked.
   *
   * @param dtype {@code model.dtype}
   * @param stored the type in the model folder
   * @param gpu whether executors compute on a GPU
   */
  static PlannedNumbers before(String dtype, NumberType stored, boolean gpu) {
    boolean chosen = dtype.equals("bfloat16");
    if (gpu || !(chosen || (dtype.equals("auto") && stored == NumberType.BFLOAT16))) {
      return asked(
          dtype,
          stored,
          gpu,
          () -> {
            throw new IllegalStateException(dtype + ", stored as " + stored);
          });
    }
    return chosen
        ? new PlannedNumbers(
            NumberType.BFLOAT16,
            "bfloat16 with sums in float32 (model.dtype = bfloat16; slow on a CPU with neither AMX"
                + " nor AVX512-BF16)",
            true)
        : new PlannedNumbers(
            NumberType.FLOAT32,
            "bfloat16 with sums in float32 on a CPU with AMX or AVX512-BF16, as stored; else"
                + " float32 (model.dtype = auto)",
            true);
  }

  /**
   * What it comes to on one machine.
   *
   * @param dtype {@code model.dtype}
   * @param stored the type in the model folder
   * @param gpu whether executors compute on a GPU
   * @param units asked where the answer depends on it
   */
  static PlannedNumbers asked(
      String dtype, NumberType stored, boolean gpu, Supplier<CpuMatrixUnits> units) {
    NumberTypes types = NumberTypes.of(dtype, stored, gpu, units);
    return new PlannedNumbers(types.factors(), types.text(), false);
  }
}
