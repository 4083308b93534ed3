package org.dlmspark.udf.prompt;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.List;
import org.dlmspark.udf.text.TextSettings;

/**
 * How a row becomes a prompt.
 *
 * @param idColumn the column that holds the row's id, from which its seed is derived; any type
 * @param sampleColumn the whole-number column that tells rows of the same id apart, from 0: the
 *     seed is derived from it too; null for none
 * @param source where the row's own part of the prompt comes from
 * @param chat whether the prompt is put through the folder's chat template, {@code input.chat}
 * @param systemPrompt the system message before the prompt, {@code input.system-prompt}; null for
 *     none; needs {@code chat}; a history that begins with one of its own keeps that
 * @param examples stand before the prompt, {@code input.few-shot}: with {@code chat} as turns of
 *     user and assistant, behind the system message; else as text, each completion directly behind
 *     its prompt and a blank line behind each completion
 * @param dedupe whether rows of a partition with the same prompt and settings are decoded once,
 *     where nothing is drawn, {@code input.dedupe}
 * @param text how messages become tokens
 */
public record PromptSettings(
    String idColumn,
    String sampleColumn,
    PromptSource source,
    boolean chat,
    String systemPrompt,
    List<FewShotExample> examples,
    boolean dedupe,
    TextSettings text)
    implements Serializable {

  /** Checks that system prompts and histories have a chat to stand in. */
  public PromptSettings {
    if (systemPrompt != null && !chat) {
      throw new IllegalArgumentException(
          "input.system-prompt is set but input.chat = false: a raw prompt has no place for it;"
              + " set input.chat = true or remove input.system-prompt");
    }
    if (source instanceof MessagesPrompt && !chat) {
      throw new IllegalArgumentException(
          source.key()
              + " = "
              + source.value()
              + " is set but input.chat = false: only a chat template makes a text of messages; set"
              + " input.chat = true, or name a column of texts with input.prompt-column");
    }
    examples = List.copyOf(examples);
  }

  /**
   * Prompts as they stand in a column, with no examples, special tokens allowed, as of today.
   *
   * @param idColumn the column that holds the row's id
   * @param promptColumn the string column with the prompt
   * @param chat whether the prompt is put through the folder's chat template
   * @return the settings
   */
  public static PromptSettings ofColumn(String idColumn, String promptColumn, boolean chat) {
    return new PromptSettings(
        idColumn,
        null,
        new ColumnPrompt(promptColumn),
        chat,
        null,
        List.of(),
        false,
        TextSettings.of(null, true));
  }

  /**
   * These settings with every row decoded for itself.
   *
   * @return settings without {@link #dedupe}
   */
  public PromptSettings withoutDedupe() {
    return new PromptSettings(
        idColumn, sampleColumn, source, chat, systemPrompt, examples, false, text);
  }

  /**
   * These settings on another day.
   *
   * @param day the day that a chat template is told
   * @return settings with another date in {@link #text}
   */
  public PromptSettings on(LocalDate day) {
    return new PromptSettings(
        idColumn, sampleColumn, source, chat, systemPrompt, examples, dedupe, text.on(day));
  }
}
