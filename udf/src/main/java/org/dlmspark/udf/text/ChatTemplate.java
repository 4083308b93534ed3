package org.dlmspark.udf.text;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** Whether the date has to do with what is rendered. */
  boolean asksForDate() {
    return template.asksForTime();
  }

  /** The template's text. */
  String source() {
    return source.text();
  }

  /** The texts that the template may look for in a message. */
  Set<String> strings() {
    Set<String> strings = new HashSet<>(template.strings());
    strings.addAll(specialTokens.values());
    return strings;
  }

  /**
   * Renders a conversation.
   *
   * @param messages its messages: maps of strings, numbers, booleans, null, and lists and maps of
   *     them
   * @param date what the template is told when it asks for the date; for the time it is midnight
   * @return the text up to where the answer starts, special tokens written out
   * @throws TextException if the template refuses the messages, fails, or goes over a bound
   */
  String render(List<? extends Map<String, ?>> messages, LocalDate date) {
    Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
    variables.put("messages", messages);
    variables.put("tools", null);
    variables.put("documents", null);
    variables.put("add_generation_prompt", true);
    try {
      return template.render(variables, date.atStartOfDay(), grown(Limits.DEFAULT, messages));
    } catch (JinjaException e) {
      throw source.failed(e);
    }
  }

  private static Limits grown(Limits limits, Object given) {
    if (given instanceof String text) {
      return limits.plus(1, text.length());
    }
    Collection<?> parts =
        given instanceof Map<?, ?> map
            ? map.values()
            : given instanceof List<?> list ? list : List.of();
    Limits grown = limits.plus(1, 0);
    for (Object part : parts) {
      grown = grown(grown, part);
    }
    return grown;
  }
}
