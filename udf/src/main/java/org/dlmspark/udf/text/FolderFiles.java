package org.dlmspark.udf.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads whole files of a model folder, none longer than its bound. */
final class FolderFiles {
  private FolderFiles() {}

  /**
   * Reads a file.
   *
   * @param file the file
   * @param maxBytes the most bytes it may have
   * @return all of its bytes
   * @throws TextException if it cannot be read or is longer
   */
  static byte[] read(Path file, int maxBytes) {
    if (!Files.isRegularFile(file)) {
      // A pipe would be read for ever.
      throw new TextException(
          file + ": is no file; check that the folder is a Hugging Face model folder");
    }
    // Bounded while reading: the size that a file system states may be wrong or change.
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (in.read() >= 0) {
        throw new TextException(
            file
                + ": larger than "
                + maxBytes
                + " bytes, the most that is read of this file; check that the folder is a Hugging"
                + " Face model folder");
      }
      return bytes;
    } catch (IOException e) {
      throw new TextException(
          file + ": cannot be read (" + e + "); check the file and its permissions", e);
    }
  }
}
