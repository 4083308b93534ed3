package org.dlmspark.job.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What the page's template gets, in which every text is HTML already: prompts, completions, ids and
 * messages may hold anything, and a template that had to escape each of them would forget one.
 */
final class HtmlText {

  private static final ObjectMapper VALUES =
      new ObjectMapper()
          .registerModule(
              new SimpleModule()
                  .addSerializer(new Writer<>(String.class, HtmlText::of))
                  .addSerializer(new Writer<>(Drawn.class, Drawn::element)));

  private HtmlText() {}

  /**
   * An element of the page that this program drew: the only text that is not escaped.
   *
   * @param element HTML
   */
  record Drawn(String element) {}

  private static final class Writer<T> extends StdSerializer<T> {
    private static final long serialVersionUID = 1L;

    private final transient Function<T, String> html;

    Writer(Class<T> type, Function<T, String> html) {
      super(type);
      this.html = html;
    }

    @Override
    public void serialize(T value, JsonGenerator to, SerializerProvider provider)
        throws IOException {
      to.writeString(html.apply(value));
    }
  }

  /**
   * A record's components as a template's variables.
   *
   * @param record of records, lists, texts and numbers
   * @return the same as maps, lists, escaped texts and numbers
   */
  static Map<String, Object> variables(Record record) {
    return VALUES.convertValue(record, new TypeReference<Map<String, Object>>() {});
  }

  /**
   * A text as HTML, for an element as for an attribute in quotes. What would act on the page in
   * place of being seen in it is written as Java writes it.
   */
  static String of(String text) {
    StringBuilder html = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(character -> append(html, character));
    return html.toString();
  }

  private static void append(StringBuilder html, int character) {
    switch (character) {
      case '&' -> html.append("&amp;");
      case '<' -> html.append("&lt;");
      case '>' -> html.append("&gt;");
      case '"' -> html.append("&quot;");
      case '\'' -> html.append("&#39;");
      case '\n', '\r', '\t' -> html.append((char) character);
      default -> {
        if (acts(character)) {
          html.append(String.format(Locale.ROOT, "\\u%04x", character));
        } else {
          html.appendCodePoint(character);
        }
      }
    }
  }

  /** Control characters, halves of a pair, and what turns the direction of the text after it. */
  private static boolean acts(int character) {
    int type = Character.getType(character);
    return type == Character.CONTROL
        || type == Character.SURROGATE
        || (character >= 0x202a && character <= 0x202e)
        || (character >= 0x2066 && character <= 0x2069);
  }
}
