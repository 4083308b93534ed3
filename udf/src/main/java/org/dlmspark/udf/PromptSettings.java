package org.dlmspark.udf;

import java.io.Serializable;

/**
 * How a row becomes a prompt.
 *
 * @param idColumn the column that holds the row's id, from which its seed is derived; any type
 * @param sampleColumn the whole-number column that tells rows of the same id apart, from 0: the
 *     seed is derived from it too; null for none
 * @param promptColumn the string column with the prompt, {@code input.prompt-column}
 * @param chat whether the prompt is put through the folder's chat template, {@code input.chat}
 * @param systemPrompt the system message before the prompt, {@code input.system-prompt}; null for
 *     none; needs {@code chat}
 */
public record PromptSettings(
    String idColumn, String sampleColumn, String promptColumn, boolean chat, String systemPrompt)
    implements Serializable {

  /** Checks that a system prompt has a chat to stand in. */
  public PromptSettings {
    if (systemPrompt != null && !chat) {
      throw new IllegalArgumentException(
          "input.system-prompt is set but input.chat = false: a raw prompt has no place for it;"
              + " set input.chat = true or remove input.system-prompt");
    }
  }
}
