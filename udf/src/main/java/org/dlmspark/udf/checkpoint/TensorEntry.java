package org.dlmspark.udf.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the header of a safetensors file says of one tensor.
 *
 * @param dtype the number type as the format spells it, such as {@code BF16}
 * @param shape the sizes, outermost first; empty for a single number
 * @param begin position of the first byte in the file
 * @param end position after the last byte
 */
record TensorEntry(String dtype, List<Long> shape, long begin, long end) {
  /** Keeps an immutable copy of the shape. */
  TensorEntry {
    shape = List.copyOf(shape);
  }

  /**
   * The tensor's size.
   *
   * @return bytes
   */
  long bytes() {
    return end - begin;
  }

  /**
   * The number type, where it is one to compute with.
   *
   * @return its type; empty for another one
   */
  Optional<NumberType> numberType() {
    return Arrays.stream(NumberType.values())
        .filter(type -> type.safetensorsName().equals(dtype))
        .findFirst();
  }
}
