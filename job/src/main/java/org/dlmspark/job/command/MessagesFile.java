package org.dlmspark.job.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.checkpoint.UntrustedJson;

/**
 * Conversations to look at: a JSON object {@code {"id": ..., "messages": [...]}} a line, whose
 * messages are objects of any kind.
 */
final class MessagesFile {
  private static final int LONGEST_TEXT = 4 << 20;
  private static final ObjectMapper JSON = UntrustedJson.mapper(LONGEST_TEXT);

  /**
   * One line.
   *
   * @param id what it is called; null if it says nothing
   * @param messages its messages, at least one
   */
  record Conversation(Object id, List<Map<String, Object>> messages) {}

  private MessagesFile() {}

  /**
   * Reads a file whole.
   *
   * @param file the file, in UTF-8; empty lines are skipped
   * @return its conversations
   * @throws RefusedException naming file and line, if it cannot be read or a line is none
   */
  static List<Conversation> read(Path file) {
    List<Conversation> conversations = new ArrayList<>();
    int line = 1;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine(), line++) {
        if (!text.isBlank()) {
          conversations.add(conversation(file, line, text));
        }
      }
    } catch (CharacterCodingException e) {
      throw refused(file, "line " + line + " or one soon after it is not UTF-8", e);
    } catch (IOException e) {
      throw new RefusedException("--messages = " + file + ": cannot be read (" + e + ")", e);
    }
    if (conversations.isEmpty()) {
      throw refused(file, "there is no conversation in it", null);
    }
    return conversations;
  }

  private static Conversation conversation(Path file, int line, String text) {
    Object read;
    try {
      read = JSON.readValue(text, Object.class);
    } catch (JsonProcessingException e) {
      throw refused(file, "line " + line + " is no JSON object: " + e.getOriginalMessage(), e);
    }
    if (!(read instanceof Map<?, ?> object)) {
      throw refused(file, "line " + line + " is no JSON object", null);
    }
    for (String key : List.of("tools", "documents")) {
      if (object.get(key) != null) {
        throw refused(
            file, "line " + line + " has " + key + ", which a run gives no template", null);
      }
    }
    if (!(object.get("messages") instanceof List<?> list) || list.isEmpty()) {
      throw refused(file, "line " + line + " has no list of messages", null);
    }
    List<Map<String, Object>> messages = new ArrayList<>();
    for (Object each : list) {
      if (!(each instanceof Map<?, ?> map)) {
        throw refused(
            file, "line " + line + ", message " + (messages.size() + 1) + " is no object", null);
      }
      Map<String, Object> message = new LinkedHashMap<>();
      map.forEach((key, value) -> message.put((String) key, value));
      messages.add(message);
    }
    return new Conversation(object.get("id"), messages);
  }

  private static RefusedException refused(Path file, String why, Exception cause) {
    return new RefusedException(
        "--messages = "
            + file
            + ": "
            + why
            + "; a line is {\"id\": ..., \"messages\": [{\"role\": \"user\", \"content\":"
            + " \"...\"}, ...]}",
        cause);
  }
}
