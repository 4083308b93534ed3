package org.dlmspark.udf.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dlmspark.udf.checkpoint.FolderLinks;
import org.dlmspark.udf.checkpoint.UntrustedJson;

/** Reads whole files of a model folder, none longer than its bound. */
final class FolderFiles {
  private static final ObjectMapper JSON = UntrustedJson.mapper(4_000_000);

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
          file
              + ": is no file, or a link to one that is not there; check that the folder is a"
              + " Hugging Face model folder");
    }
    requireInside(file);
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

  private static void requireInside(Path file) {
    try {
      if (!FolderLinks.stayInside(file)) {
        throw new TextException(file + FolderLinks.refusal());
      }
    } catch (IOException e) {
      throw new TextException(file + ": cannot be read (" + e + ")", e);
    }
  }

  /**
   * Reads a file that holds one JSON object.
   *
   * @param file the file
   * @param maxBytes the most bytes it may have
   * @return the object
   * @throws TextException if it cannot be read, is longer or no JSON object
   */
  static ObjectNode readObject(Path file, int maxBytes) {
    return parseObject(file, read(file, maxBytes));
  }

  /**
   * Parses a file that holds one JSON object.
   *
   * @param file where it lies, for messages
   * @param json its content
   * @return the object
   * @throws TextException if it is no JSON object, names a key twice, or is deeper or has more
   *     values than any such file
   */
  static ObjectNode parseObject(Path file, byte[] json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new TextException(
          file + ": not valid JSON (" + UntrustedJson.reason(e) + "); fetch the model folder again",
          e);
    } catch (IOException e) {
      throw new TextException(file + ": cannot be read (" + e + ")", e);
    }
    if (root instanceof ObjectNode object) {
      return object;
    }
    throw new TextException(file + ": must hold a JSON object; fetch the model folder again");
  }
}
