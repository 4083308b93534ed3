package org.dlmspark.udf.text;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A text with fields, {@code input.template}: {@code {name}} is a field, <code>{{</code> and <code>
 * }}</code> are braces. A name is all between its braces, spaces too; only braces cannot be part of
 * it.
 */
public final class PromptTemplate implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String text;
  private final ArrayList<String> parts = new ArrayList<>();
  private final ArrayList<String> names = new ArrayList<>();

  /**
   * Parses a template.
   *
   * @param text the template
   * @throws IllegalArgumentException naming {@code input.template} and the place, if a brace has no
   *     partner, a name is empty, or there is no field at all
   */
  public PromptTemplate(String text) {
    this.text = text;
    StringBuilder part = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean twice = at + 1 < text.length() && text.charAt(at + 1) == c;
      if ((c == '{' || c == '}') && twice) {
        part.append(c);
        at += 2;
      } else if (c == '{') {
        int end = nameEnd(text, at);
        parts.add(part.toString());
        names.add(text.substring(at + 1, end));
        part.setLength(0);
        at = end + 1;
      } else if (c == '}') {
        throw wrong(text, at, "a } that closes no field; write }} for a brace");
      } else {
        part.append(c);
        at++;
      }
    }
    parts.add(part.toString());
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "input.template = \""
              + text
              + "\" has no field, so that every row would have the same prompt: name a column in"
              + " braces, such as {question}");
    }
  }

  private static int nameEnd(String text, int open) {
    for (int i = open + 1; i < text.length(); i++) {
      if (text.charAt(i) == '}' && i > open + 1) {
        return i;
      }
      if (text.charAt(i) == '}') {
        throw wrong(text, open, "a field without a name; name a column, or write {{}} for braces");
      }
      if (text.charAt(i) == '{') {
        break;
      }
    }
    throw wrong(text, open, "a { that is not closed; write {{ for a brace");
  }

  private static IllegalArgumentException wrong(String text, int at, String what) {
    return new IllegalArgumentException(
        "input.template = \""
            + text.replace("\n", "\\n")
            + "\" has at character "
            + (at + 1)
            + " "
            + what);
  }

  /**
   * The template as it was written.
   *
   * @return its text
   */
  public String text() {
    return text;
  }

  /**
   * The names of the fields.
   *
   * @return each name once, in the order in which they come; at least one
   */
  public Set<String> names() {
    return new LinkedHashSet<>(names);
  }

  /**
   * Fills the fields. What they are filled with is never read as a template.
   *
   * @param values gives the value of a name, never null
   * @return the text
   */
  public String fill(UnaryOperator<String> values) {
    StringBuilder filled = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      filled.append(parts.get(i)).append(values.apply(names.get(i)));
    }
    return filled.append(parts.get(names.size())).toString();
  }
}
