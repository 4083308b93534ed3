package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The filters that change texts. */
final class TextFilters {
  private static final long LEEWAY = 5;

  static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("upper", (run, input, given) -> method(run, "upper", input, given)),
          Map.entry("lower", (run, input, given) -> method(run, "lower", input, given)),
          Map.entry("capitalize", (run, input, given) -> method(run, "capitalize", input, given)),
          Map.entry("title", TextFilters::title),
          Map.entry("trim", TextFilters::trim),
          Map.entry("replace", TextFilters::replace),
          Map.entry("string", TextFilters::string),
          Map.entry("indent", TextFilters::indent),
          Map.entry("truncate", TextFilters::truncate),
          Map.entry("center", TextFilters::center),
          Map.entry("wordcount", TextFilters::wordcount),
          Map.entry("wordwrap", WordWrap::apply),
          Map.entry("format", TextFilters::format),
          Map.entry("tojson", TextFilters::tojson));

  private TextFilters() {}

  /** The input as a string; one that is marked as safe stays so. */
  static Object soft(Run run, Object input) {
    return Types.isString(input) ? input : Printer.text(run, input);
  }

  private static Object method(Run run, String name, Object input, CallArguments given) {
    return StringMethods.find(name).call(run, soft(run, input), given);
  }

  private static Object string(Run run, Object input, CallArguments given) {
    given.bind("string", 0);
    return soft(run, input);
  }

  private static Object title(Run run, Object input, CallArguments given) {
    given.bind("title", 0);
    String text = Types.text(soft(run, input));
    run.budget().string(text.length());
    StringBuilder result = new StringBuilder(text.length());
    boolean starts = true;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      String letter = Character.toString(c);
      boolean parts = Strings.isSpace(c) || "-({[<".indexOf(c) >= 0;
      if (c < 128) {
        result.append((char) (starts ? Character.toUpperCase(c) : Character.toLowerCase(c)));
      } else {
        result.append(
            starts && !parts ? letter.toUpperCase(Locale.ROOT) : letter.toLowerCase(Locale.ROOT));
      }
      starts = parts;
      i += letter.length();
    }
    return result.toString();
  }

  private static Object trim(Run run, Object input, CallArguments given) {
    Object characters = given.bind("trim", 0, "chars")[0];
    return StringMethods.strip(run, soft(run, input), characters, true, true);
  }

  private static Object replace(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("replace", 2, "old", "new", "count");
    return Strings.replace(
        run,
        Printer.text(run, input),
        Printer.text(run, values[0]),
        Printer.text(run, values[1]),
        Types.index(values[2], -1));
  }

  private static Object indent(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("indent", 0, "width", "first", "blank");
    Object width = values[0] == null ? (Object) 4L : values[0];
    Object indent =
        Types.isString(width) ? width : Strings.repeat(run, " ", Math.max(0, Types.index(width)));
    String by = Types.text(indent);
    if (input instanceof Markup) {
      by = Markup.escaped(run, indent);
    }
    List<Object> lines = Strings.lines(run, Types.text(input) + "\n", false);
    boolean blank = ElementKey.flag(values[2]);
    StringBuilder result = new StringBuilder(ElementKey.flag(values[1]) ? by : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      if (i > 0) {
        result.append('\n').append(line.isEmpty() && !blank ? "" : by);
      }
      result.append(line);
      run.budget().stringGrows(result.length());
    }
    run.budget().scan(result.length());
    return StringMethods.like(input, result.toString());
  }

  private static Object truncate(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("truncate", 0, "length", "killwords", "end", "leeway");
    long length = values[0] == null ? 255 : Types.index(values[0]);
    String end = values[2] == null ? "..." : Types.text(values[2]);
    long leeway = Types.index(values[3], LEEWAY);
    long kept = length - Strings.length(end);
    if (kept < 0 || leeway < 0) {
      throw Failure.runtime("truncate to less than its end");
    }
    if ((Long) Sequences.length(run, input) <= length + leeway) {
      return input;
    }
    String text = Types.text(input);
    if (input instanceof Markup) {
      throw Failure.unsupported("truncate of text marked as safe");
    }
    String start = text.substring(0, text.offsetByCodePoints(0, (int) kept));
    int space = ElementKey.flag(values[1]) ? -1 : start.lastIndexOf(' ');
    return (space < 0 ? start : start.substring(0, space)) + end;
  }

  private static Object center(Run run, Object input, CallArguments given) {
    Object width = given.bind("center", 0, "width")[0];
    CallArguments arguments = CallArguments.of(width == null ? (Object) 80L : width);
    return method(run, "center", input, arguments);
  }

  private static Object wordcount(Run run, Object input, CallArguments given) {
    given.bind("wordcount", 0);
    String text = Types.text(soft(run, input));
    run.budget().scan(text.length());
    long words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      boolean word = c == '_' || Letters.isAlphanumeric(c);
      words += word && !inWord ? 1 : 0;
      inWord = word;
    }
    return words;
  }

  private static Object format(Run run, Object input, CallArguments given) {
    if (given.named().isEmpty()) {
      return PercentFormat.format(run, soft(run, input), new TupleValue(given.positional()));
    }
    if (!given.positional().isEmpty()) {
      throw Failure.runtime("format takes arguments by place or by name, not both");
    }
    DictValue values = new DictValue();
    given.named().forEach(values::put);
    return PercentFormat.format(run, soft(run, input), values);
  }

  /** As Hugging Face sets it up: {@code json.dumps}, and not Jinja2's for HTML. */
  private static Object tojson(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    String indent = null;
    if (values[1] != null && values[1] != None.NONE) {
      Object width = values[1];
      indent =
          Types.isString(width)
              ? Types.text(width)
              : (String) Strings.repeat(run, " ", Math.max(0, Types.index(width)));
    }
    List<Object> separators = new ArrayList<>(List.of(indent == null ? ", " : ",", ": "));
    if (values[2] != null && values[2] != None.NONE) {
      separators = Sequences.toList(run, values[2]);
      if (separators.size() != 2) {
        throw Failure.runtime("tojson takes two separators");
      }
    }
    Json.Layout layout =
        new Json.Layout(
            ElementKey.flag(values[0]),
            indent,
            Types.text(separators.get(0)),
            Types.text(separators.get(1)),
            ElementKey.flag(values[3]));
    return Json.of(run, input, layout);
  }
}
