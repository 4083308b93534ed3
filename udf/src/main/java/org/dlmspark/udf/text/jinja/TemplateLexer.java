package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into plain text and tags, with the white space around tags removed as {@code
 * trim_blocks}, {@code lstrip_blocks} and the signs of the tags say.
 */
final class TemplateLexer {
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final TagLexer tags;
  private int position;
  private int line = 1;
  private int lineCounted;

  private TemplateLexer(String source) {
    this.source = source;
    this.tags = new TagLexer(source);
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    TemplateLexer lexer = new TemplateLexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (position < source.length()) {
      int begin = nextTag();
      if (begin < 0) {
        data(source.substring(position), lineAt(position));
        position = source.length();
        break;
      }
      int rawStart = source.charAt(begin + 1) == '%' ? afterRawTag(begin, "raw", false) : -1;
      char sign = signAt(begin + 2);
      textBefore(begin, sign, source.charAt(begin + 1) == '{');
      int tagLine = lineAt(begin);
      if (rawStart >= 0) {
        position = rawStart;
        rawText(tagLine);
        continue;
      }
      position = begin + (sign == 0 ? 2 : 3);
      switch (source.charAt(begin + 1)) {
        case '#' -> comment(tagLine);
        case '%' -> tag(false, tagLine);
        default -> tag(true, tagLine);
      }
    }
    tokens.add(new Token(Token.Kind.END, "", null, lineAt(source.length())));
  }

  private int nextTag() {
    int brace = source.indexOf('{', position);
    while (brace >= 0 && brace + 1 < source.length()) {
      char next = source.charAt(brace + 1);
      if (next == '{' || next == '%' || next == '#') {
        return brace;
      }
      brace = source.indexOf('{', brace + 1);
    }
    return -1;
  }

  private char signAt(int index) {
    char c = index < source.length() ? source.charAt(index) : 0;
    return c == '-' || c == '+' ? c : 0;
  }

  /** The text from here to a tag, without what the tag removes on its left. */
  private void textBefore(int begin, char sign, boolean variable) {
    String text = source.substring(position, begin);
    int textLine = lineAt(position);
    if (sign == '-') {
      text = Strings.stripRight(text);
    } else if (sign == 0 && !variable) {
      int lineStart = text.lastIndexOf('\n') + 1;
      boolean fromLineStart = lineStart > 0 || position == 0 || source.charAt(position - 1) == '\n';
      if (fromLineStart && Strings.isBlank(text, lineStart)) {
        text = text.substring(0, lineStart);
      }
    }
    data(text, textLine);
  }

  private void data(String text, int textLine) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Token.Kind.DATA, text, null, textLine));
    }
  }

  private void comment(int tagLine) {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw new JinjaException(JinjaException.Kind.SYNTAX, tagLine, "a comment without its end");
    }
    char sign = end > position ? signAt(end - 1) : 0;
    position = afterEnd(end + 2, sign);
  }

  /** Where the text after a tag's end starts. */
  private int afterEnd(int end, char sign) {
    if (sign == '-') {
      return skipSpace(end);
    }
    boolean trimmed = sign == 0 && end < source.length() && source.charAt(end) == '\n';
    return trimmed ? end + 1 : end;
  }

  private int skipSpace(int from) {
    int index = from;
    while (index < source.length() && Strings.isSpace(source.charAt(index))) {
      index++;
    }
    return index;
  }

  private void tag(boolean variable, int tagLine) {
    tokens.add(
        new Token(
            variable ? Token.Kind.VARIABLE_BEGIN : Token.Kind.BLOCK_BEGIN, "", null, tagLine));
    tags.start(position, tagLine);
    while (true) {
      int from = tags.position();
      int end = tags.isBalanced() ? tagEnd(from, variable) : -1;
      if (end >= 0) {
        tokens.add(
            new Token(
                variable ? Token.Kind.VARIABLE_END : Token.Kind.BLOCK_END, "", null, lineAt(from)));
        position = end;
        return;
      }
      if (from >= source.length()) {
        position = from;
        return;
      }
      Token token = tags.next();
      if (token != null) {
        tokens.add(token);
      }
    }
  }

  private int tagEnd(int from, boolean variable) {
    String end = variable ? "}}" : "%}";
    char sign = signAt(from);
    int start = sign == 0 ? from : from + 1;
    // A print tag knows no '+' at its end, and keeps the line break behind it.
    if ((variable && sign == '+') || !source.startsWith(end, start)) {
      return -1;
    }
    return afterEnd(start + 2, variable && sign == 0 ? '+' : sign);
  }

  /** Where the text after a {@code raw} or {@code endraw} tag starts; -1 if there is none here. */
  private int afterRawTag(int begin, String name, boolean end) {
    int index = skipSpace(begin + (signAt(begin + 2) == 0 ? 2 : 3));
    if (!source.startsWith(name, index)) {
      return -1;
    }
    index = skipSpace(index + name.length());
    char sign = signAt(index);
    if ((sign == '+' && !end) || !source.startsWith("%}", sign == 0 ? index : index + 1)) {
      return -1;
    }
    int after = (sign == 0 ? index : index + 1) + 2;
    // The line break after the opening tag belongs to the text.
    return afterEnd(after, sign == 0 && !end ? '+' : sign);
  }

  private void rawText(int tagLine) {
    int begin = source.indexOf("{%", position);
    while (begin >= 0) {
      int after = afterRawTag(begin, "endraw", true);
      if (after >= 0) {
        textBefore(begin, signAt(begin + 2), false);
        position = after;
        return;
      }
      begin = source.indexOf("{%", begin + 1);
    }
    throw new JinjaException(JinjaException.Kind.SYNTAX, tagLine, "raw without its endraw");
  }

  /** The line of a position; asked for growing positions only. */
  private int lineAt(int index) {
    for (; lineCounted < index; lineCounted++) {
      if (source.charAt(lineCounted) == '\n') {
        line++;
      }
    }
    return line;
  }
}
