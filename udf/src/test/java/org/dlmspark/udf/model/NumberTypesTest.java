package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.dlmspark.udf.checkpoint.NumberType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NumberTypesTest {
  private static final CpuMatrixUnits AMX = new CpuMatrixUnits(true, "has them");
  private static final CpuMatrixUnits NONE = new CpuMatrixUnits(false, "has none");

  @ParameterizedTest
  @CsvSource({
    "auto, FLOAT32, cpu, FLOAT32, FLOAT32, as stored",
    "auto, FLOAT32, gpu, FLOAT32, FLOAT32, as stored",
    "auto, FLOAT16, cpu, FLOAT32, FLOAT32, 'as always on a CPU, unless set'",
    "auto, FLOAT16, gpu, FLOAT16, FLOAT16, as stored",
    "auto, BFLOAT16, cpu, FLOAT32, FLOAT32, as the CPU has none",
    "auto, BFLOAT16, amx, BFLOAT16, FLOAT32, 'as stored, as the CPU has them'",
    "auto, BFLOAT16, gpu, BFLOAT16, BFLOAT16, as stored",
    "float32, BFLOAT16, amx, FLOAT32, FLOAT32, model.dtype = float32",
    "float16, BFLOAT16, amx, FLOAT16, FLOAT16, model.dtype = float16",
    "float16, FLOAT32, gpu, FLOAT16, FLOAT16, model.dtype = float16",
    "bfloat16, FLOAT32, cpu, BFLOAT16, FLOAT32, 'model.dtype = bfloat16; slow, as the CPU has none'",
    "bfloat16, FLOAT32, amx, BFLOAT16, FLOAT32, 'model.dtype = bfloat16, and the CPU has them'",
    "bfloat16, FLOAT32, gpu, BFLOAT16, BFLOAT16, model.dtype = bfloat16",
  })
  void areChosenBySettingStoredTypeAndPlace(
      String setting,
      NumberType stored,
      String place,
      NumberType factors,
      NumberType sums,
      String reason) {
    NumberTypes types =
        NumberTypes.of(
            setting, stored, place.equals("gpu"), () -> place.equals("amx") ? AMX : NONE);

    assertThat(types).isEqualTo(new NumberTypes(factors, sums, factors, reason));
    assertThat(types.isMixed()).isEqualTo(factors != sums);
  }

  /** To ask loads PyTorch. */
  @ParameterizedTest
  @CsvSource({
    "auto, FLOAT32, false",
    "auto, FLOAT16, false",
    "float32, BFLOAT16, false",
    "float16, BFLOAT16, false",
    "auto, BFLOAT16, true",
    "bfloat16, BFLOAT16, true",
  })
  void theCpuIsAskedOnlyWhereItMatters(String setting, NumberType stored, boolean gpu) {
    var unused =
        NumberTypes.of(
            setting,
            stored,
            gpu,
            () -> {
              throw new AssertionError("asked");
            });
  }
}
