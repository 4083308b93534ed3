package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON that nobody vouches for: size, depth and number of values are bounded. */
final class JsonFile {
  private static final int LONGEST_SHOWN = 120;

  // A tree costs up to a hundred bytes a token, whatever the text's length: hence the token bound.
  // A tensor takes about 17 tokens, so that the bound leaves room for more than 200,000 of them.
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(64)
          .maxNumberLength(100)
          .maxNameLength(10_000)
          .maxStringLength(1_000_000)
          .maxTokenCount(4_000_000)
          .build();

  // Names are not canonicalised: the table that does it gives up, with an exception of its own
  // kind, on names made to collide.
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(CONSTRAINTS)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

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
      throw new CheckpointException(file + " is not a regular file");
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
      String place =
          e.getLocation() == null
              ? ""
              : " (line " + e.getLocation().getLineNr() + ", column " + columnOf(e) + ")";
      throw new CheckpointException(
          where + " is not valid JSON: " + shown(e.getOriginalMessage()) + place, e);
    } catch (IOException e) {
      throw new CheckpointException(where + " is not valid JSON: " + shown(e.toString()), e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new CheckpointException(where + " does not hold a JSON object but " + shown(node));
  }

  private static int columnOf(JsonProcessingException e) {
    return e.getLocation().getColumnNr();
  }

  /**
   * A value from a file as it may stand in a message: on one line and of bounded length.
   *
   * @param value anything
   * @return its text without control characters, cut where it grows long
   */
  static String shown(Object value) {
    String text = String.valueOf(value);
    String cut = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    return cut.replaceAll("\\p{Cntrl}", " ");
  }
}
