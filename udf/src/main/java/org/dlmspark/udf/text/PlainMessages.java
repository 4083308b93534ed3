package org.dlmspark.udf.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Tokenises messages as plain text: of special tokens there are those that the chat template
 * writes. Where that cannot be told from the messages' own text, a prompt is refused.
 *
 * <p>Safe for use by several threads.
 */
final class PlainMessages implements AutoCloseable {
  private static final String NAME = "input.allow-special-tokens = false";

  private final NativeTokenizer tokenizer;
  private final NativeTokenizer plain;
  private final Set<String> specials;
  private final Set<Integer> specialIds = new HashSet<>();

  private PlainMessages(NativeTokenizer tokenizer, NativeTokenizer plain, Set<String> specials) {
    this.tokenizer = tokenizer;
    this.plain = plain;
    this.specials = specials;
    for (String special : specials) {
      IntStream.of(tokenizer.encode(special, false)).forEach(specialIds::add);
    }
  }

  /**
   * Opens a folder's tokenizer a second time, without special tokens.
   *
   * @param folder the model folder
   * @param config its tokenizer configuration
   * @param tokenizer the folder's tokenizer
   * @return to be closed by the caller, without the tokenizer that was given
   * @throws TextException if this tokenizer cannot do without its special tokens
   */
  static PlainMessages open(Path folder, TokenizerConfig config, NativeTokenizer tokenizer) {
    NativeTokenizer.Source source = NativeTokenizer.source(folder, config);
    ObjectNode json = FolderFiles.parseObject(source.file(), source.json());
    SpecialTokens specials =
        new SpecialTokens(source.file(), json, config.specialTokens().values());
    byte[] hidden = specials.hidden().toString().getBytes(StandardCharsets.UTF_8);
    NativeTokenizer plain = NativeTokenizer.open(new NativeTokenizer.Source(source.file(), hidden));
    return new PlainMessages(tokenizer, plain, specials.texts());
  }

  /**
   * The token ids of a prompt that is a message and nothing else.
   *
   * @param prompt the prompt
   * @return its ids, with those that the folder's post-processor adds
   */
  int[] encode(String prompt) {
    requirePlain(plain.encode(prompt, false));
    return plain.encode(prompt, true);
  }

  /**
   * The token ids of a conversation.
   *
   * @param template the chat template
   * @param messages the conversation
   * @param date what the template is told when it asks for the date
   * @return its ids
   */
  int[] encode(ChatTemplate template, List<? extends Map<String, ?>> messages, LocalDate date) {
    String text = template.render(messages, date);
    Set<String> lookedFor = new HashSet<>(template.strings());
    List<String> taken = new ArrayList<>(List.of(text, template.source(), messages.toString()));
    taken.addAll(specials);
    MessageMarks marks = new MessageMarks(specials, lookedFor, taken);
    List<Map<String, ?>> marked = new ArrayList<>();
    for (Map<String, ?> message : messages) {
      marked.add(marks.mark(message));
    }
    String rendered = marked.equals(messages) ? text : render(template, marked, date);
    if (!marks.unmark(rendered).equals(text)) {
      throw refused(
          "the chat template does something of its own with the text of a special token, or with a"
              + " part of one, in this prompt's messages");
    }
    return encodeMarked(rendered, marks);
  }

  private static String render(ChatTemplate template, List<Map<String, ?>> marked, LocalDate date) {
    try {
      return template.render(marked, date);
    } catch (TextException e) {
      return ""; // it looked at what is marked
    }
  }

  private int[] encodeMarked(String marked, MessageMarks marks) {
    IntStream.Builder ids = IntStream.builder();
    int from = 0;
    for (NativeTokenizer.Piece piece : tokenizer.pieces(marked)) {
      if (specialIds.contains(piece.id())) {
        addPlain(marks.unmark(marked.substring(from, piece.from())), ids);
        ids.add(piece.id());
        from = piece.to();
      }
    }
    addPlain(marks.unmark(marked.substring(from)), ids);
    return ids.build().toArray();
  }

  private void addPlain(String text, IntStream.Builder ids) {
    if (!text.isEmpty()) {
      int[] own = plain.encode(text, false);
      requirePlain(own);
      IntStream.of(own).forEach(ids::add);
    }
  }

  /** A special token may be a word of the vocabulary too. */
  private void requirePlain(int[] ids) {
    for (int id : ids) {
      if (specialIds.contains(id)) {
        throw refused("the tokenizer gives the special token " + id + " for plain text too");
      }
    }
  }

  private static TextException refused(String why) {
    return new TextException(
        NAME
            + " cannot be kept: "
            + why
            + "; remove special tokens from the prompt, or allow them");
  }

  @Override
  public void close() {
    plain.close();
  }
}
