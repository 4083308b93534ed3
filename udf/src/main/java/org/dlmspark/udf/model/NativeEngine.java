package org.dlmspark.udf.model;

import ai.djl.engine.Engine;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;

/**
 * Loading of native libraries, one process of a host at a time. DJL unpacks its libraries into a
 * cache folder that all processes of a user share ({@code ~/.djl.ai}, or {@code DJL_CACHE_DIR}),
 * and a process that finds the folder half made deletes it; so executors that start together would
 * pull the libraries from under each other.
 */
public final class NativeEngine {
  private NativeEngine() {}

  /**
   * Does something that may unpack native libraries, while no other process of this host does.
   *
   * @param load what loads them
   * @param <T> its result
   * @return what {@code load} returned
   */
  public static synchronized <T> T loadAlone(Supplier<T> load) {
    if (System.getProperty("ai.djl.offline") == null && System.getenv("DJL_OFFLINE") == null) {
      // Otherwise DJL reports its use to a server and downloads what it misses.
      System.setProperty("ai.djl.offline", "true");
    }
    Path folder = Utils.getEngineCacheDir();
    try {
      Files.createDirectories(folder);
      try (FileChannel file =
              FileChannel.open(
                  folder.resolve("dlm-spark.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = file.lock()) {
        assert lock.isValid();
        return load.get();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot use the folder for native libraries, "
              + folder
              + ": set the environment variable DJL_CACHE_DIR to a folder that can be written",
          e);
    }
  }

  /** The PyTorch engine, its libraries loaded. */
  static Engine pytorch() {
    return loadAlone(() -> Engine.getEngine("PyTorch"));
  }
}
