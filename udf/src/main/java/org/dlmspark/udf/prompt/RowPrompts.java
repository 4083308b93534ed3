package org.dlmspark.udf.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.service.ErrorCode;
import org.dlmspark.udf.text.ChatMessage;
import org.dlmspark.udf.text.TextCodec;
import org.dlmspark.udf.text.TextException;

/** The rows' prompts as tokens: what a row asks, and before it what stands before all of them. */
public final class RowPrompts {
  private static final String BLANK_LINE = "\n\n";

  /** More roles than anyone needs to see in order to find the wrong one. */
  private static final int MOST_ROLES = 10;

  private final PromptSettings settings;
  private final StructType input;
  private final TextCodec codec;
  private final String examplesText;

  /**
   * Creates the prompts of a table's rows.
   *
   * @param settings how a row becomes a prompt
   * @param input the columns
   * @param codec the model's tokenizer and chat template
   */
  public RowPrompts(PromptSettings settings, StructType input, TextCodec codec) {
    this.settings = settings;
    this.input = input;
    this.codec = codec;
    examplesText =
        settings.examples().stream()
            .map(example -> example.prompt() + example.completion() + BLANK_LINE)
            .collect(Collectors.joining());
  }

  /**
   * The tokens of a row's prompt.
   *
   * @param row the row
   * @return token ids, at least one
   * @throws PromptException if the row has no prompt, or one that cannot be put into tokens
   */
  public int[] tokenIds(Row row) {
    List<ChatMessage> messages = settings.source().messages(row, input);
    int[] ids;
    try {
      ids =
          settings.chat()
              ? codec.encodeChat(conversation(messages), settings.text())
              : codec.encode(examplesText + messages.get(0).content(), settings.text());
    } catch (TextException e) {
      throw new PromptException(ErrorCode.PROMPT_INVALID, roles(messages) + e.getMessage());
    }
    if (ids.length == 0) {
      throw PromptException.empty("the prompt has no token", "change it");
    }
    return ids;
  }

  /** A history's own system message goes before the run's. */
  private List<ChatMessage> conversation(List<ChatMessage> messages) {
    List<ChatMessage> conversation = new ArrayList<>();
    int own = messages.get(0).isSystem() ? 1 : 0;
    if (own == 1) {
      conversation.add(messages.get(0));
    } else if (settings.systemPrompt() != null) {
      conversation.add(ChatMessage.system(settings.systemPrompt()));
    }
    for (FewShotExample example : settings.examples()) {
      conversation.add(ChatMessage.user(example.prompt()));
      conversation.add(ChatMessage.assistant(example.completion()));
    }
    conversation.addAll(messages.subList(own, messages.size()));
    return conversation;
  }

  /** The roles of a history, which a template may not like. */
  private String roles(List<ChatMessage> messages) {
    if (!(settings.source() instanceof MessagesPrompt history)) {
      return "";
    }
    return messages.stream()
        .limit(MOST_ROLES)
        .map(ChatMessage::role)
        .collect(
            Collectors.joining(
                ", ",
                "column " + history.column() + " has in this row the roles ",
                messages.size() > MOST_ROLES ? ", ...: " : ": "));
  }
}
