package org.dlmspark.udf.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One stored tensor, mapped from its file and not copied.
 *
 * @param name the name in the file, for messages
 * @param type the stored number type
 * @param shape the sizes, outermost first
 * @param bytes a direct, read-only, little-endian view of exactly this tensor's bytes, row-major;
 *     the mapping lives as long as the buffer is reachable
 */
public record TensorData(String name, NumberType type, List<Long> shape, ByteBuffer bytes) {

  /**
   * How many numbers the tensor has.
   *
   * @return the product of its sizes
   */
  public long size() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
