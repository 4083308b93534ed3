package org.dlmspark.udf.model;

import java.util.Locale;
import java.util.function.Supplier;
import org.dlmspark.udf.checkpoint.NumberType;

/**
 * In which numbers a model computes, and why.
 *
 * @param factors weights, and what they are multiplied with
 * @param sums the residual stream and the scales of norms; wider than the factors in bfloat16 on a
 *     CPU, where it costs little
 * @param cache keys and values
 * @param reason why, as it is told to people
 */
public record NumberTypes(NumberType factors, NumberType sums, NumberType cache, String reason) {

  /**
   * All in one type.
   *
   * @param type the type
   * @param reason why
   * @return the types
   */
  static NumberTypes all(NumberType type, String reason) {
    return new NumberTypes(type, type, type, reason);
  }

  /**
   * Chooses. The same on one machine always, never by what was measured: completions depend on it.
   *
   * @param setting {@code model.dtype}: {@code auto}, {@code float32}, {@code float16} or {@code
   *     bfloat16}
   * @param stored the type in the checkpoint
   * @param gpu whether the model runs on a GPU
   * @param units asked where the answer depends on it, on a CPU for bfloat16
   * @return for {@code auto} on a GPU the stored type; on a CPU bfloat16 where it is stored and the
   *     CPU multiplies it in hardware, else float32
   */
  public static NumberTypes of(
      String setting, NumberType stored, boolean gpu, Supplier<CpuMatrixUnits> units) {
    String set = "model.dtype = " + setting;
    if (setting.equals("auto")) {
      if (gpu) {
        return all(stored, "as stored");
      }
      if (stored != NumberType.BFLOAT16) {
        return all(
            NumberType.FLOAT32,
            stored == NumberType.FLOAT32 ? "as stored" : "as always on a CPU, unless set");
      }
      CpuMatrixUnits cpu = units.get();
      String reason = "as the CPU " + cpu.reason();
      return cpu.present() ? mixed("as stored, " + reason) : all(NumberType.FLOAT32, reason);
    }
    NumberType type = NumberType.valueOf(setting.toUpperCase(Locale.ROOT));
    if (gpu || type != NumberType.BFLOAT16) {
      return all(type, set);
    }
    CpuMatrixUnits cpu = units.get();
    return mixed(set + (cpu.present() ? ", and the CPU " : "; slow, as the CPU ") + cpu.reason());
  }

  /** bfloat16 on a CPU. */
  private static NumberTypes mixed(String reason) {
    return new NumberTypes(NumberType.BFLOAT16, NumberType.FLOAT32, NumberType.BFLOAT16, reason);
  }

  /** Whether sums are wider than factors. */
  boolean isMixed() {
    return factors != sums;
  }

  /** The type's name and why, for people. */
  public String text() {
    return factors.name().toLowerCase(Locale.ROOT)
        + (isMixed() ? " with sums in " + sums.name().toLowerCase(Locale.ROOT) : "")
        + " ("
        + reason
        + ")";
  }
}
