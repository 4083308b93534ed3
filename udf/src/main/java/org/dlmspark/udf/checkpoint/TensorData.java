package org.dlmspark.udf.checkpoint;

import java.nio.ByteBuffer;
import java.util.ArrayList;
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

  /**
   * Some of the tensor's rows, which lie one behind the other: a view, nothing is copied.
   *
   * @param from the first
   * @param count how many
   * @return a tensor of the same name
   */
  TensorData rows(long from, long count) {
    List<Long> part = new ArrayList<>(shape);
    part.set(0, count);
    int rowBytes = Math.toIntExact(bytes.remaining() / shape.get(0));
    ByteBuffer view =
        bytes.slice(Math.toIntExact(from * rowBytes), Math.toIntExact(count * rowBytes));
    return new TensorData(name, type, List.copyOf(part), view.order(bytes.order()));
  }
}
