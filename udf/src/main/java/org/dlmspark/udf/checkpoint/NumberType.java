package org.dlmspark.udf.checkpoint;

/** The number types in which weights are stored and computed. */
public enum NumberType {
  /** IEEE 754 single precision. */
  FLOAT32("F32", 4),
  /** IEEE 754 half precision. */
  FLOAT16("F16", 2),
  /** The upper half of a single: 8 bits of exponent, 7 of mantissa. */
  BFLOAT16("BF16", 2);

  private final String safetensorsName;
  private final int bytes;

  NumberType(String safetensorsName, int bytes) {
    this.safetensorsName = safetensorsName;
    this.bytes = bytes;
  }

  /**
   * The name of this type in a safetensors header, such as {@code BF16}.
   *
   * @return the {@code dtype} value
   */
  String safetensorsName() {
    return safetensorsName;
  }

  /**
   * The size of one number.
   *
   * @return bytes per number
   */
  public int bytes() {
    return bytes;
  }
}
