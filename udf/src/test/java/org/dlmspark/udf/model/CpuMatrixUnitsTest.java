package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.pytorch.jni.LibUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class CpuMatrixUnitsTest {

  /** Linux names what the CPU has. */
  @Test
  void areThoseOfThisMachine() throws IOException {
    Path told = Path.of("/proc/cpuinfo");
    assumeTrue(Files.isReadable(told));
    String cpu = Files.readString(told);

    CpuMatrixUnits units = CpuMatrixUnits.ask();

    assertThat(units.present()).isEqualTo(cpu.contains(" amx_tile") || cpu.contains("avx512_bf16"));
    assertThat(units).isEqualTo(CpuMatrixUnits.ask());
    assertThat(units.reason()).contains("bfloat16 in hardware, ");
  }

  @Test
  void aLibraryThatIsNotLoadedIsNotLoadedToBeAsked() {
    assertThatThrownBy(() -> CpuMatrixUnits.ask("/nowhere/libtorch_cpu.so"))
        .isInstanceOf(UnsatisfiedLinkError.class);
  }

  @Test
  void aLibraryWithoutTheFunctionsIsNoAnswer() {
    var unused = NativeEngine.pytorch();
    String other = Path.of(LibUtils.getLibtorchPath()).resolve("libc10.so").toString();
    assertThatThrownBy(() -> CpuMatrixUnits.ask(other)).isInstanceOf(UnsatisfiedLinkError.class);
  }
}
