package org.dlmspark.udf.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder's chat template: Jinja as Hugging Face's {@code apply_chat_template} renders it, with
 * {@code messages}, {@code bos_token}, {@code eos_token} and {@code add_generation_prompt = true};
 * how far Jinja goes is said at {@link JinjavaTemplate}.
 *
 * <p>Safe for use by several threads.
 */
final class ChatTemplate {
  private final JinjavaTemplate template;
  private final String bosToken;
  private final String eosToken;

  private ChatTemplate(TemplateSource source, TokenizerConfig config) {
    this.template = new JinjavaTemplate(source);
    this.bosToken = config.bosToken();
    this.eosToken = config.eosToken();
  }

  /**
   * Reads a folder's template, see {@link TemplateSource#find}.
   *
   * @param folder the model folder
   * @param config its tokenizer configuration
   * @return the template; empty if the folder has none
   * @throws TextException if it has one that is no valid template
   */
  static Optional<ChatTemplate> read(Path folder, TokenizerConfig config) {
    return TemplateSource.find(folder, config).map(source -> new ChatTemplate(source, config));
  }

  /** Renders the conversation that asks for an answer to a prompt; null for no system message. */
  String render(String systemPrompt, String prompt) {
    return render(ChatMessage.conversation(systemPrompt, prompt));
  }

  /**
   * Renders a conversation.
   *
   * @param conversation its messages, printed as they are
   * @return the text up to where the answer starts, special tokens written out
   * @throws TextException if the template refuses the messages, fails, or goes over a bound
   */
  String render(List<ChatMessage> conversation) {
    List<Map<String, String>> messages = new ArrayList<>();
    long given = 0;
    for (ChatMessage message : conversation) {
      messages.add(Map.of("role", message.role(), "content", message.content()));
      given += message.role().length() + message.content().length();
    }
    Map<String, Object> variables =
        Map.of(
            "messages", messages,
            "bos_token", bosToken,
            "eos_token", eosToken,
            "add_generation_prompt", true);
    return template.render(variables, given);
  }
}
