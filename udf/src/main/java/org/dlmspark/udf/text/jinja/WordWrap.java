package org.dlmspark.udf.text.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The filter {@code wordwrap}, of texts whose words have no hyphens that could part them. */
final class WordWrap {
  private static final long USUAL_WIDTH = 79;

  private WordWrap() {}

  static Object apply(Run run, Object input, CallArguments given) {
    Object[] values =
        given.bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
    long width = values[0] == null ? USUAL_WIDTH : Types.index(values[0]);
    boolean breaks = values[1] == null || Types.truth(values[1]);
    boolean absent = values[2] == null || values[2] == None.NONE;
    String separator = absent ? "\n" : Types.text(values[2]);
    boolean hyphens = values[3] == null || Types.truth(values[3]);
    String text = Types.text(input);
    if (hyphens && text.indexOf('-') >= 0) {
      throw Failure.unsupported("wordwrap of a text with hyphens");
    }
    if (width <= 0) {
      throw Failure.runtime("wordwrap needs a width above 0");
    }
    StringBuilder result = new StringBuilder();
    boolean first = true;
    for (Object line : Strings.lines(run, text, false)) {
      result.append(first ? "" : separator);
      first = false;
      result.append(String.join(separator, wrapped(run, (String) line, width, breaks)));
      run.budget().stringGrows(result.length());
    }
    run.budget().string(result.length());
    return result.toString();
  }

  private static List<String> wrapped(Run run, String line, long width, boolean breaks) {
    Deque<String> chunks = chunks(line);
    List<String> lines = new ArrayList<>();
    while (!chunks.isEmpty()) {
      List<String> current = new ArrayList<>();
      long length = 0;
      if (!lines.isEmpty() && isSpace(chunks.peek())) {
        chunks.pop();
      }
      while (!chunks.isEmpty() && length + Strings.length(chunks.peek()) <= width) {
        run.budget().step();
        length += Strings.length(chunks.peek());
        current.add(chunks.pop());
      }
      if (!chunks.isEmpty() && Strings.length(chunks.peek()) > width) {
        run.budget().scan(chunks.peek().length());
        longWord(chunks, current, (int) (width - length), breaks);
      }
      if (!current.isEmpty() && isSpace(current.get(current.size() - 1))) {
        current.remove(current.size() - 1);
      }
      if (!current.isEmpty()) {
        lines.add(String.join("", current));
      }
      run.budget().step();
    }
    return lines;
  }

  /** Fills the line with the start of a word that fits no line, even where that is nothing. */
  private static void longWord(
      Deque<String> chunks, List<String> current, int room, boolean breaks) {
    if (breaks) {
      String word = chunks.pop();
      int cut = word.offsetByCodePoints(0, room);
      current.add(word.substring(0, cut));
      chunks.push(word.substring(cut));
    } else if (current.isEmpty()) {
      current.add(chunks.pop());
    }
  }

  private static boolean isSpace(String chunk) {
    return chunk.isEmpty() || Strings.isBlank(chunk, 0);
  }

  private static Deque<String> chunks(String line) {
    Deque<String> chunks = new ArrayDeque<>();
    int start = 0;
    for (int i = 1; i <= line.length(); i++) {
      if (i == line.length() || isGap(line.charAt(i)) != isGap(line.charAt(i - 1))) {
        chunks.add(line.substring(start, i));
        start = i;
      }
    }
    return chunks;
  }

  private static boolean isGap(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
