package org.dlmspark.udf.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs many cases, each made from its number alone. A case may succeed or end in the exception that
 * is documented for what it tries; it fails by any other throwable, by taking longer than five
 * seconds, by allocating more than its bound, or by text of the canary in what it returns or
 * throws.
 *
 * <p>{@code fuzz.cases} is how many cases all suites have together, {@code fuzz.seed} the number of
 * the only one to run. Where the native library ends the process, the number of the last case is in
 * {@code target/fuzz-NAME.seed}, eight bytes, big-endian.
 */
public final class Fuzzing {
  /** Text that lies outside the folders which are read. */
  public static final String CANARY = "CANARY-4f1d7c";

  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final String name;
  private final Class<? extends RuntimeException> documented;
  private final long maxBytes;
  private volatile long seed;
  private volatile long startedNanos;
  private volatile Throwable failure;
  private int succeeded;

  /**
   * A suite.
   *
   * @param name for messages
   * @param documented what a case may throw
   * @param maxBytes the most bytes that a case may allocate
   */
  public Fuzzing(String name, Class<? extends RuntimeException> documented, long maxBytes) {
    this.name = name;
    this.documented = documented;
    this.maxBytes = maxBytes;
  }

  /** What is done with one seed. */
  @FunctionalInterface
  public interface Case {
    /** Does it; what it returns is looked through for the canary. */
    String run(Random random) throws IOException;
  }

  /**
   * Runs a share of all cases on a thread that is watched.
   *
   * @param percent the share
   * @param fuzzCase the case
   */
  public void run(int percent, Case fuzzCase) {
    int cases = Math.max(1, Integer.getInteger("fuzz.cases", 2_000) * percent / 100);
    Long only = Long.getLong("fuzz.seed");
    long from = only == null ? 0 : only;
    long to = only == null ? cases : only + 1;
    startedNanos = System.nanoTime();
    Thread worker = new Thread(() -> runAll(from, to, fuzzCase), "fuzz-" + name);
    worker.setDaemon(true);
    worker.start();
    try {
      while (worker.isAlive()) {
        worker.join(200);
        if (worker.isAlive() && System.nanoTime() - startedNanos > MAX_NANOS) {
          throw failed("takes longer than 5 seconds, at " + stack(worker), null);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was interrupted", e);
    }
    if (failure != null) {
      throw failed(failure.toString(), failure);
    }
  }

  private void runAll(long from, long to, Case fuzzCase) {
    try (FileChannel file =
        FileChannel.open(
            Files.createDirectories(Path.of("target")).resolve("fuzz-" + name + ".seed"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      MappedByteBuffer last = file.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
      // Classes are loaded by the first cases of all, which costs memory once.
      for (long warm = from; warm < Math.min(to, from + 20); warm++) {
        runOne(warm, fuzzCase, Long.MAX_VALUE);
      }
      for (long next = from; next < to; next++) {
        last.putLong(0, next);
        runOne(next, fuzzCase, maxBytes);
      }
      // Mutations that break everything at once would try the first check only.
      if (to - from >= 200 && succeeded == 0) {
        throw new AssertionError("not one case of " + (to - from) + " succeeds");
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void runOne(long next, Case fuzzCase, long limit) throws IOException {
    seed = next;
    startedNanos = System.nanoTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      requireNoCanary(fuzzCase.run(new Random(next * 0x9E3779B97F4A7C15L + name.hashCode())));
      succeeded++;
    } catch (RuntimeException e) {
      if (!documented.isInstance(e)) {
        throw e;
      }
      for (Throwable each = e; each != null; each = each.getCause()) {
        requireNoCanary(each.toString());
      }
      if (e.getMessage().length() > 2_000) {
        throw new AssertionError("a message of " + e.getMessage().length() + " characters");
      }
    }
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (bytes > limit) {
      throw new AssertionError("allocates " + bytes + " bytes, and " + limit + " are the limit");
    }
  }

  private static void requireNoCanary(String text) {
    if (text.contains(CANARY)) {
      throw new AssertionError("what lies outside the folder is in " + text);
    }
  }

  private AssertionError failed(String what, Throwable cause) {
    return new AssertionError(
        name + ": case " + seed + " (-Dfuzz.seed=" + seed + ") " + what, cause);
  }

  private static String stack(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .limit(30)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining("\n  "));
  }

  /** Writes a file whose folder is there. */
  public static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
