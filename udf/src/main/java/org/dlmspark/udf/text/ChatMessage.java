package org.dlmspark.udf.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role who speaks, such as {@code system}, {@code user} or {@code assistant}; which names
 *     there are is the chat template's affair
 * @param content what is said
 */
public record ChatMessage(String role, String content) {

  /** Checks that both are there. */
  public ChatMessage {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }

  /**
   * What everything else is said under.
   *
   * @param content the instructions
   * @return a message of the role {@code system}
   */
  public static ChatMessage system(String content) {
    return new ChatMessage("system", content);
  }

  /**
   * What is asked.
   *
   * @param content the prompt
   * @return a message of the role {@code user}
   */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /**
   * What the model said.
   *
   * @param content the completion
   * @return a message of the role {@code assistant}
   */
  public static ChatMessage assistant(String content) {
    return new ChatMessage("assistant", content);
  }

  /**
   * Whether the message is one of the role {@code system}.
   *
   * @return true for instructions
   */
  public boolean isSystem() {
    return role.equals("system");
  }

  /** The message as a chat template gets it, in this order: it may print a whole one. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return fields;
  }

  /** The conversation that asks for an answer to a prompt; without a system message for null. */
  static List<ChatMessage> conversation(String systemPrompt, String prompt) {
    List<ChatMessage> messages = new ArrayList<>();
    if (systemPrompt != null) {
      messages.add(system(systemPrompt));
    }
    messages.add(user(prompt));
    return messages;
  }
}
