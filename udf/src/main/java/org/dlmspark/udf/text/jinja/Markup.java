package org.dlmspark.udf.text.jinja;

/**
 * A string marked as safe for HTML: joined with other strings, it escapes them, which shows even
 * where nothing else is escaped.
 */
record Markup(String text) {
  /** Escapes what has a meaning in HTML. */
  static String escape(String text) {
    StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> result.append("&amp;");
        case '<' -> result.append("&lt;");
        case '>' -> result.append("&gt;");
        case '"' -> result.append("&#34;");
        case '\'' -> result.append("&#39;");
        default -> result.append(c);
      }
    }
    return result.toString();
  }

  /** A value as it stands in HTML text. */
  static String escaped(Run run, Object value) {
    if (value instanceof Markup markup) {
      return markup.text();
    }
    String text = Printer.text(run, value);
    // Five letters and signs for a quotation mark.
    run.budget().scan(text.length());
    String result = escape(text);
    run.budget().string(result.length());
    return result;
  }
}
