package org.dlmspark.udf.model;

import java.util.List;

/**
 * Tells a lack of memory outside of the Java heap, on the machine or its GPU, from other errors.
 */
public final class OutOfMemory {
  /** Bounds the walk, since a chain of causes may be a ring. */
  private static final int DEEPEST = 50;

  /** Parts of PyTorch's messages; it has no error numbers that would reach Java. */
  private static final List<String> NATIVE =
      List.of(
          "CUDA out of memory",
          "CUDA error: out of memory",
          "_STATUS_ALLOC_FAILED", // cuBLAS and cuDNN
          "DefaultCPUAllocator: can't allocate memory",
          "DefaultCPUAllocator: not enough memory",
          "std::bad_alloc");

  private OutOfMemory() {}

  /**
   * Whether a smaller batch would have been computed.
   *
   * @param thrown what a step threw
   * @return false for a full Java heap too: it holds no batch
   */
  public static boolean is(Throwable thrown) {
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < DEEPEST; depth++) {
      String message = String.valueOf(current.getMessage());
      boolean found =
          current instanceof OutOfMemoryError
              ? isOutsideTheHeap(message)
              : NATIVE.stream().anyMatch(message::contains);
      if (found) {
        return true;
      }
      current = current.getCause();
    }
    return false;
  }

  /** Java's own buffers outside of the heap, through which a step's numbers pass. */
  private static boolean isOutsideTheHeap(String message) {
    return message.contains("irect buffer memory") || message.startsWith("Unable to allocate ");
  }
}
