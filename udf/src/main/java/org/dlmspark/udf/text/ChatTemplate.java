package org.dlmspark.udf.text;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dlmspark.udf.text.jinja.JinjaException;
import org.dlmspark.udf.text.jinja.JinjaTemplate;
import org.dlmspark.udf.text.jinja.Limits;

/**
 * A folder's chat template, with the variables that Hugging Face's {@code apply_chat_template}
 * gives it: {@code messages}, the special tokens by their names, {@code tools} and {@code
 * documents} that are none, and {@code add_generation_prompt = true}.
 *
 * <p>A template is somebody else's program: what it may use of time and memory is bounded, by more
 * for a long conversation.
 *
 * <p>Safe for use by several threads.
 */
final class ChatTemplate {
  private final TemplateSource source;
  private final JinjaTemplate template;
  private final Map<String, String> specialTokens;

  private ChatTemplate(TemplateSource source, Map<String, String> specialTokens) {
    this.source = source;
    this.specialTokens = specialTokens;
    try {
      template = JinjaTemplate.parse(source.text(), Limits.DEFAULT.maxDepth());
    } catch (JinjaException e) {
      throw source.failed(e);
    }
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
    return TemplateSource.find(folder, config)
        .map(source -> new ChatTemplate(source, config.specialTokens()));
  }

  /**
   * Renders a conversation.
   *
   * @param conversation its messages
   * @param date what the template is told when it asks for the date
   * @return the text up to where the answer starts, special tokens written out
   * @throws TextException if the template refuses the messages, fails, or goes over a bound
   */
  String render(List<ChatMessage> conversation, LocalDate date) {
    List<Map<String, String>> messages = new ArrayList<>();
    long characters = 0;
    for (ChatMessage message : conversation) {
      // In this order: a template may print a whole message.
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("role", message.role());
      fields.put("content", message.content());
      messages.add(fields);
      characters += message.role().length() + message.content().length();
    }
    return render(messages, Limits.DEFAULT.plus(3L * messages.size(), characters), date);
  }

  private String render(List<?> messages, Limits limits, LocalDate date) {
    Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
    variables.put("messages", messages);
    variables.put("tools", null);
    variables.put("documents", null);
    variables.put("add_generation_prompt", true);
    try {
      return template.render(variables, date.atStartOfDay(), limits);
    } catch (JinjaException e) {
      throw source.failed(e);
    }
  }
}
