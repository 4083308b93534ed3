package org.dlmspark.job.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextException;

/**
 * Conversations as a model is asked them.
 *
 * @param codec the model's chat template and tokenizer
 * @param input how a run would make prompts
 */
record RenderedMessages(TextCodec codec, JobSettings.Input input) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Renders one.
   *
   * @param conversation what is asked
   * @return a line of JSON: its {@code id}, and {@code prompt} and {@code tokens}, or {@code error}
   */
  String line(MessagesFile.Conversation conversation) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", conversation.id());
    List<Map<String, Object>> messages = withSystemPrompt(conversation.messages());
    try {
      String prompt = codec.renderMessages(messages, input.text());
      int[] tokens = codec.encodeMessages(messages, input.text());
      line.put("prompt", prompt);
      line.put("tokens", tokens);
    } catch (TextException e) {
      line.put("error", e.getMessage());
    }
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As in a run, a conversation's own system message goes before the settings'. */
  private List<Map<String, Object>> withSystemPrompt(List<Map<String, Object>> messages) {
    if (input.systemPrompt() == null || "system".equals(messages.get(0).get("role"))) {
      return messages;
    }
    Map<String, Object> system = new LinkedHashMap<>();
    system.put("role", "system");
    system.put("content", input.systemPrompt());
    List<Map<String, Object>> all = new ArrayList<>(List.of(system));
    all.addAll(messages);
    return all;
  }
}
