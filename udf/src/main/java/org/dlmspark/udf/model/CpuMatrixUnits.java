package org.dlmspark.udf.model;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this machine's CPU multiplies bfloat16 in hardware, as PyTorch's own library says: by the
 * tiles of AMX, or by the dot products of AVX512-BF16. Without them bfloat16 is slower than
 * float32.
 *
 * @param present whether it does
 * @param reason which units these are, or why there are none; goes on from "the CPU"
 */
public record CpuMatrixUnits(boolean present, String reason) {
  private static final Logger LOG = LoggerFactory.getLogger(CpuMatrixUnits.class);

  /** {@code dlopen}'s RTLD_LAZY and RTLD_NOLOAD: only a library that is loaded is asked. */
  private static final int LOADED_ALREADY = 1 | 4;

  private static final String AVX512_BF16 = "_ZN2at3cpu24is_avx512_bf16_supportedEv";
  private static final String AMX_TILE = "_ZN2at3cpu21is_amx_tile_supportedEv";

  /** Asks the kernel for the tiles, which a process may not use before. */
  private static final String INIT_AMX = "_ZN2at3cpu8init_amxEv";

  /**
   * Asks. Loads PyTorch where it is not loaded yet.
   *
   * @return the answer; a library that cannot be asked counts as a CPU without such units
   */
  public static CpuMatrixUnits ask() {
    try {
      var unused = NativeEngine.pytorch();
      return ask(Path.of(LibUtils.getLibtorchPath()).resolve("libtorch_cpu.so").toString());
    } catch (RuntimeException | LinkageError e) {
      LOG.info("PyTorch cannot be asked for the CPU's matrix units", e);
      return new CpuMatrixUnits(
          false, "is not known to multiply bfloat16 in hardware, since PyTorch cannot be asked");
    }
  }

  /**
   * Asks a library.
   *
   * @param library the path it was loaded from
   * @throws UnsatisfiedLinkError if it is not loaded, or has no such functions
   */
  static CpuMatrixUnits ask(String library) {
    NativeLibrary torch =
        NativeLibrary.getInstance(library, Map.of(Library.OPTION_OPEN_FLAGS, LOADED_ALREADY));
    boolean tiles = isTrue(torch.getFunction(AMX_TILE)) && isTrue(torch.getFunction(INIT_AMX));
    boolean dots = isTrue(torch.getFunction(AVX512_BF16));
    if (tiles || dots) {
      return new CpuMatrixUnits(
          true, "multiplies bfloat16 in hardware, by " + (tiles ? "AMX" : "AVX512-BF16"));
    }
    return new CpuMatrixUnits(
        false, "does not multiply bfloat16 in hardware, having neither AMX nor AVX512-BF16");
  }

  /** A C++ bool is one byte: what is above it in the register has no meaning. */
  private static boolean isTrue(Function function) {
    return (function.invokeInt(new Object[0]) & 0xFF) != 0;
  }
}
