package org.dlmspark.udf.text.jinja;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The filters for HTML and addresses. */
final class HtmlFilters {
  static final Map<String, Filter> ALL =
      Map.of(
          "safe", HtmlFilters::safe,
          "escape", HtmlFilters::escape,
          "e", HtmlFilters::escape,
          "forceescape", HtmlFilters::forceEscape,
          "striptags", HtmlFilters::striptags,
          "xmlattr", HtmlFilters::xmlattr,
          "urlencode", HtmlFilters::urlencode);

  private static final Map<String, String> ENTITIES =
      Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0");
  private static final String UNQUOTED = "_.-~";

  private HtmlFilters() {}

  private static Object safe(Run run, Object input, CallArguments given) {
    given.bind("safe", 0);
    return new Markup(Printer.text(run, input));
  }

  private static Object escape(Run run, Object input, CallArguments given) {
    given.bind("escape", 0);
    return new Markup(Markup.escaped(run, input));
  }

  private static Object forceEscape(Run run, Object input, CallArguments given) {
    given.bind("forceescape", 0);
    return new Markup(Markup.escaped(run, Printer.text(run, input)));
  }

  private static Object striptags(Run run, Object input, CallArguments given) {
    given.bind("striptags", 0);
    StringBuilder text = new StringBuilder(Printer.text(run, input));
    remove(run, text, "<!--", "-->");
    remove(run, text, "<", ">");
    CallArguments none = CallArguments.NONE;
    Object words = StringMethods.find("split").call(run, text.toString(), none);
    String joined = (String) StringMethods.find("join").call(run, " ", CallArguments.of(words));
    return unescaped(run, joined);
  }

  private static void remove(Run run, StringBuilder text, String begin, String end) {
    int start = text.indexOf(begin);
    while (start >= 0) {
      int close = text.indexOf(end, start);
      if (close < 0) {
        return;
      }
      run.budget().scan(text.length());
      text.delete(start, close + end.length());
      // What stood before may be the beginning together with what comes after.
      start = text.indexOf(begin, Math.max(0, start - begin.length()));
    }
  }

  private static String unescaped(Run run, String text) {
    StringBuilder result = new StringBuilder();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      int end = c == '&' ? text.indexOf(';', i) : -1;
      if (c != '&' || i + 1 == text.length() || !isEntityStart(text.charAt(i + 1))) {
        result.append(c);
        i++;
        continue;
      }
      String name = end < 0 ? "" : text.substring(i + 1, end);
      String character = ENTITIES.get(name);
      if (character == null && name.matches("#[0-9]{1,6}")) {
        int code = Integer.parseInt(name.substring(1));
        character = code > ' ' && code < 127 ? Character.toString(code) : null;
      }
      if (character == null) {
        throw Failure.unsupported("an entity of HTML in striptags");
      }
      result.append(character);
      i = end + 1;
    }
    run.budget().scan(text.length());
    return result.toString();
  }

  private static boolean isEntityStart(char c) {
    return c == '#' || Character.isLetter(c);
  }

  private static Object xmlattr(Run run, Object input, CallArguments given) {
    Object space = given.bind("xmlattr", 0, "autospace")[0];
    if (!(input instanceof DictValue dict)) {
      throw Types.wrong("a dict", input);
    }
    StringBuilder result = new StringBuilder();
    for (DictValue.Entry entry : dict.entries()) {
      if (entry.value() == None.NONE || entry.value() instanceof Undefined) {
        continue;
      }
      String key = Types.text(entry.key());
      if (key.chars().anyMatch(c -> (c < 128 && Strings.isSpace(c)) || "/>=".indexOf(c) >= 0)) {
        throw Failure.runtime("an attribute cannot be named " + Types.described(key));
      }
      result.append(result.isEmpty() ? "" : " ");
      result.append(Markup.escape(key)).append("=\"");
      result.append(Markup.escaped(run, entry.value())).append('"');
      run.budget().stringGrows(result.length());
    }
    boolean spaced = (space == null || Types.truth(space)) && !result.isEmpty();
    return (spaced ? " " : "") + result;
  }

  private static Object urlencode(Run run, Object input, CallArguments given) {
    given.bind("urlencode", 0);
    if (Types.isString(input) || !Sequences.isIterable(input)) {
      return quoted(run, input, false);
    }
    Object pairs =
        input instanceof DictValue dict ? new DictView(dict, DictView.Part.ITEMS) : input;
    StringBuilder result = new StringBuilder();
    for (Object pair : Sequences.toList(run, pairs)) {
      List<Object> parts = Sequences.toList(run, pair);
      if (parts.size() != 2) {
        throw Failure.runtime("urlencode takes pairs");
      }
      result.append(result.isEmpty() ? "" : "&");
      result.append(quoted(run, parts.get(0), true)).append('=');
      result.append(quoted(run, parts.get(1), true));
      run.budget().stringGrows(result.length());
    }
    return result.toString();
  }

  private static String quoted(Run run, Object value, boolean query) {
    String text = Printer.text(run, value);
    run.budget().string(text.length() * 3L);
    StringBuilder result = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = (c < 128 && Character.isLetterOrDigit(c)) || UNQUOTED.indexOf(c) >= 0;
      if (plain || (c == '/' && !query)) {
        result.append(c);
      } else if (c == ' ' && query) {
        result.append('+');
      } else {
        result.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        result.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return result.toString();
  }
}
