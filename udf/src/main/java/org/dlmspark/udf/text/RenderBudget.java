package org.dlmspark.udf.text;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * What one rendering of a template may take of time and memory. Asked before every node, name and
 * call of a template, none of which takes much by itself; used by one thread.
 */
final class RenderBudget {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long MAX_BYTES = 64L << 20;

  /** The JVM's count of a thread's allocations, which takes it well below a microsecond to tell. */
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long deadlineNanos = System.nanoTime() + MAX_NANOS;
  private final long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
  private final long maxBytes;

  /**
   * Starts the clock.
   *
   * @param maxOutput the most characters that the rendering may give
   */
  RenderBudget(long maxOutput) {
    this.maxBytes = MAX_BYTES + 32 * maxOutput;
  }

  /**
   * Goes on if there is anything left.
   *
   * @throws IllegalStateException if the rendering has taken too long or too much
   */
  void check() {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new IllegalStateException(
          "it takes longer than " + TimeUnit.NANOSECONDS.toSeconds(MAX_NANOS) + " seconds");
    }
    if (THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore > maxBytes) {
      throw new IllegalStateException("it takes more than " + maxBytes + " bytes of memory");
    }
  }
}
