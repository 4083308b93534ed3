package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON files that nobody vouches for, none larger than its bound. */
final class JsonFile {
  private static final ObjectMapper MAPPER = UntrustedJson.mapper(1_000_000);

  private JsonFile() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @param file the file
   * @param maxBytes the size above which it is refused unread
   * @return the object
   * @throws CheckpointException if it is too large, unreadable, or no JSON object
   */
  static ObjectNode read(Path file, int maxBytes) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file + FolderLinks.whyNoFile(file));
    }
    requireInside(file);
    byte[] text;
    try (InputStream in = Files.newInputStream(file)) {
      text = in.readNBytes(maxBytes + 1);
    } catch (IOException e) {
      throw new CheckpointException(file + " cannot be read: " + e, e);
    }
    if (text.length > maxBytes) {
      throw new CheckpointException(
          file + " is larger than " + maxBytes + " bytes: no model has such a file; check it");
    }
    return parse(text, file.toString());
  }

  /** Refuses a file that a link takes from elsewhere, see {@link FolderLinks}. */
  static void requireInside(Path file) {
    try {
      if (!FolderLinks.stayInside(file)) {
        throw new CheckpointException(file + FolderLinks.refusal());
      }
    } catch (IOException e) {
      throw new CheckpointException(file + " cannot be read: " + e, e);
    }
  }

  /**
   * Parses one JSON object.
   *
   * @param text UTF-8
   * @param where what the text is, for messages
   * @return the object
   * @throws CheckpointException if it is no JSON object
   */
  static ObjectNode parse(byte[] text, String where) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(where + " is not valid JSON: " + UntrustedJson.reason(e), e);
    } catch (IOException e) {
      throw new CheckpointException(
          where + " is not valid JSON: " + ShownValue.of(e.toString()), e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new CheckpointException(
        where + " does not hold a JSON object but " + ShownValue.of(node));
  }
}
