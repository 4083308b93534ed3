package org.dlmspark.udf.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Prompts to token ids and token ids to text, with the tokenizer and the chat template of a Hugging
 * Face folder. Nothing is truncated, padded or fetched from a network.
 *
 * <p>Safe for use by several threads at once: {@link NativeTokenizer} says why, and {@link #close}
 * waits for calls that are under way.
 *
 * <p>Neither a folder nor a prompt ends the process or takes more than its size explains: a
 * tokenizer that could is refused by {@link TokenizerFile}, and a prompt has a longest length.
 *
 * <p>As in Hugging Face's library, the text of a special token in a prompt becomes that token: a
 * prompt that holds {@code <|mdm_mask|>} holds a mask, which a diffusion model would fill in, and
 * one with {@code <|eot_id|>} ends the user's turn. Who does not trust the prompts forbids it by
 * {@link TextSettings#allowSpecialTokens}.
 */
public final class TextCodec implements AutoCloseable {
  private final NativeTokenizer tokenizer;
  private final boolean cleanUpSpaces;
  private final ChatTemplate chatTemplate;
  private final TextException chatFailure;
  private final boolean templateBroken;
  private final Supplier<PlainMessages> openPlain;

  /** Opened when it is first asked for. */
  private PlainMessages plain;

  private TextCodec(
      NativeTokenizer tokenizer,
      boolean cleanUpSpaces,
      ChatTemplate chatTemplate,
      TextException chatFailure,
      boolean templateBroken,
      Supplier<PlainMessages> openPlain) {
    this.openPlain = openPlain;
    this.tokenizer = tokenizer;
    this.cleanUpSpaces = cleanUpSpaces;
    this.chatTemplate = chatTemplate;
    this.chatFailure = chatFailure;
    this.templateBroken = templateBroken;
  }

  /**
   * Opens the tokenizer of a folder and parses its chat template. The tokenizer is {@code
   * tokenizer.json}; where there is none, that of Qwen2's {@code vocab.json}, {@code merges.txt}
   * and {@code tokenizer_config.json}. The template is {@code chat_template.jinja} or {@code
   * chat_template} in {@code tokenizer_config.json}.
   *
   * <p>A chat template that is missing or broken is no failure here, since raw prompts do without:
   * see {@link #requireChat}.
   *
   * @param folder a Hugging Face model folder
   * @return the codec, to be closed by the caller
   * @throws TextException if the folder has no tokenizer that can be used
   */
  public static TextCodec open(Path folder) {
    TokenizerConfig config = TokenizerConfig.read(folder);
    ChatTemplate template = null;
    TextException failure = null;
    boolean broken = false;
    try {
      template = ChatTemplate.read(folder, config).orElse(null);
      if (template == null) {
        failure =
            new TextException(
                folder
                    + ": the model has no chat template (no chat_template.jinja, and no"
                    + " chat_template in tokenizer_config.json); set input.chat = false, or put"
                    + " the model's template into chat_template.jinja");
      }
    } catch (TextException e) {
      failure = e;
      broken = true;
    }
    NativeTokenizer tokenizer = NativeTokenizer.open(NativeTokenizer.source(folder, config));
    return new TextCodec(
        tokenizer,
        config.cleanUpSpaces(),
        template,
        failure,
        broken,
        () -> PlainMessages.open(folder, config, tokenizer));
  }

  private synchronized PlainMessages plain() {
    if (plain == null) {
      plain = openPlain.get();
    }
    return plain;
  }

  /**
   * The token ids of a raw prompt, with the special tokens that the folder's post-processor adds,
   * as Hugging Face's {@code tokenizer(prompt)} gives them.
   *
   * @param prompt any text; a surrogate without its other half counts as U+FFFD
   * @param settings whether special tokens in it are tokens
   * @return the ids, as many as there are; none for an empty prompt, if nothing is added
   * @throws TextException if the tokenizer has no token for a part of the prompt, or the prompt has
   *     more than 4,194,304 characters, at which the native library could end the process
   */
  public int[] encode(String prompt, TextSettings settings) {
    return settings.allowSpecialTokens() ? tokenizer.encode(prompt, true) : plain().encode(prompt);
  }

  /**
   * The token ids of a conversation, up to where the answer starts.
   *
   * @param conversation its messages, the last one usually the user's
   * @param settings how messages become tokens
   * @return the ids of {@link #renderChat}'s text, with no special tokens but those the template
   *     writes
   * @throws TextException as {@link #renderChat}, or if the template does not let messages be told
   *     from what it writes itself
   */
  public int[] encodeChat(List<ChatMessage> conversation, TextSettings settings) {
    return encodeMessages(fields(conversation), settings);
  }

  /**
   * The token ids of a conversation whose messages may hold anything.
   *
   * @param messages as for {@link #renderMessages}
   * @param settings how messages become tokens
   * @return the ids
   * @throws TextException as {@link #encodeChat}
   */
  public int[] encodeMessages(List<? extends Map<String, ?>> messages, TextSettings settings) {
    return settings.allowSpecialTokens()
        ? tokenizer.encode(renderMessages(messages, settings), false)
        : plain().encode(template(), messages, settings.date());
  }

  /**
   * Whether the folder brings a chat template that could be parsed.
   *
   * @return false if only raw prompts are possible; {@link #requireTemplate} says why
   */
  public boolean hasChatTemplate() {
    return chatTemplate != null;
  }

  /**
   * Checks that there is a chat template.
   *
   * @throws TextException saying why not, if the folder brings none, or one that cannot be parsed
   */
  public void requireTemplate() {
    var unused = template();
  }

  /**
   * Whether prompts depend on the date.
   *
   * @return true if there is a chat template that asks for it
   */
  public boolean asksForDate() {
    return chatTemplate != null && chatTemplate.asksForDate();
  }

  /**
   * Why a template that the folder brings could not be parsed.
   *
   * @return the reason; empty if it could be, or there is none
   */
  public Optional<String> brokenTemplate() {
    return templateBroken ? Optional.of(chatFailure.getMessage()) : Optional.empty();
  }

  /**
   * Checks before any row is read that prompts can be put through the chat template.
   *
   * @param systemPrompt the system message that will be used; null for none
   * @param settings how messages become tokens
   * @throws TextException if there is no template, it is broken, or it takes no system message, or
   *     if special tokens are forbidden that this tokenizer cannot leave alone
   */
  public void requireChat(String systemPrompt, TextSettings settings) {
    var unused = encodeChat(ChatMessage.conversation(systemPrompt, "prompt"), settings);
  }

  /**
   * The text of a conversation, special tokens written out.
   *
   * @param conversation its messages, which are never read as a template
   * @param settings how messages become tokens
   * @return the text, up to where the answer starts
   * @throws TextException if there is no template, or it fails or refuses the messages
   */
  public String renderChat(List<ChatMessage> conversation, TextSettings settings) {
    return renderMessages(fields(conversation), settings);
  }

  /**
   * The text of a conversation whose messages may hold anything, special tokens written out.
   *
   * @param messages maps of strings, numbers, booleans, null, and lists and maps of them
   * @param settings how messages become tokens
   * @return the text, up to where the answer starts
   * @throws TextException if there is no template, or it fails or refuses the messages
   */
  public String renderMessages(List<? extends Map<String, ?>> messages, TextSettings settings) {
    return template().render(messages, settings.date());
  }

  private ChatTemplate template() {
    if (chatTemplate == null) {
      throw new TextException(chatFailure.getMessage(), chatFailure);
    }
    return chatTemplate;
  }

  private static List<Map<String, String>> fields(List<ChatMessage> conversation) {
    return conversation.stream().map(ChatMessage::fields).toList();
  }

  /**
   * The text of a range of token ids, special tokens left out. Pieces that make no whole character
   * give U+FFFD, ids that the tokenizer does not know give nothing.
   *
   * @param ids token ids, any
   * @param from the first position
   * @param to the position after the last
   * @return the text
   */
  String decode(int[] ids, int from, int to) {
    String text = tokenizer.decode(ids, from, to);
    return cleanUpSpaces ? cleanUpSpaces(text) : text;
  }

  /**
   * A completion up to its first stop text.
   *
   * @param text the text before it; all of it if there is none
   * @param tokens the tokens up to the one that completes the stop text; all of them if there is
   *     none
   * @param stopped whether there is a stop text
   */
  public record Cut(String text, int tokens, boolean stopped) {}

  /**
   * The text of a range of token ids, see {@link #decode}, up to the first of several texts.
   *
   * @param ids token ids, any
   * @param from the first position
   * @param to the position after the last
   * @param stops texts to stop before, none of them empty
   * @return the text, cut
   */
  public Cut cut(int[] ids, int from, int to, List<String> stops) {
    String text = decode(ids, from, to);
    int end = firstOf(text, stops);
    if (end < 0) {
      return new Cut(text, to - from, false);
    }
    int without = from;
    int with = to;
    while (with - without > 1) {
      int middle = (without + with) >>> 1;
      if (firstOf(decode(ids, from, middle), stops) < 0) {
        without = middle;
      } else {
        with = middle;
      }
    }
    return new Cut(text.substring(0, end), with - from, true);
  }

  private static int firstOf(String text, List<String> stops) {
    return stops.stream().mapToInt(text::indexOf).filter(i -> i >= 0).min().orElse(-1);
  }

  /** What {@code clean_up_tokenization_spaces} means in Hugging Face's library. */
  private static String cleanUpSpaces(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  /** Frees the native tokenizer, after calls that are under way. Closing again does nothing. */
  @Override
  public synchronized void close() {
    if (plain != null) {
      plain.close();
    }
    tokenizer.close();
  }
}
