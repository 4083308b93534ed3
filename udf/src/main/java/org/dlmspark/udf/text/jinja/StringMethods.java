package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The methods of Python's {@code str}. */
final class StringMethods {
  /** What Python has besides: a template that asks for one is refused, not told there is none. */
  private static final Set<String> NOT_HERE =
      Set.of("encode", "format_map", "maketrans", "translate", "unescape", "isidentifier");

  private static final Map<String, Method.Body> METHODS = new HashMap<>();

  static {
    change("lower", text -> text.toLowerCase(Locale.ROOT));
    change("upper", text -> text.toUpperCase(Locale.ROOT));
    change("casefold", Letters::casefold);
    change("capitalize", Letters::capitalize);
    change("title", Letters::title);
    change("swapcase", Letters::swapcase);
    is("isalnum", Letters::isAlphanumeric);
    is("isalpha", Character::isLetter);
    is("isdigit", Letters::isDigit);
    is("isdecimal", Character::isDigit);
    is("isnumeric", Letters::isNumeric);
    is("isspace", Strings::isSpace);
    isText("isascii", text -> text.chars().allMatch(c -> c < 128));
    isText("isprintable", text -> text.codePoints().allMatch(Printer::isPrintable));
    isText("islower", Letters::isLower);
    isText("isupper", Letters::isUpper);
    isText("istitle", Letters::isTitle);
    strip("strip", true, true);
    strip("lstrip", true, false);
    strip("rstrip", false, true);
    METHODS.put("startswith", (run, self, given) -> hasEnd(run, "startswith", self, given));
    METHODS.put("endswith", (run, self, given) -> hasEnd(run, "endswith", self, given));
    METHODS.put("removeprefix", (run, self, given) -> withoutEnd(run, "removeprefix", self, given));
    METHODS.put("removesuffix", (run, self, given) -> withoutEnd(run, "removesuffix", self, given));
    METHODS.put("replace", StringMethods::replace);
    METHODS.put("join", StringMethods::join);
    METHODS.put("splitlines", StringMethods::splitlines);
    METHODS.put("format", BraceFormat::format);
    METHODS.put("ljust", (run, self, given) -> justify(run, "ljust", self, given));
    METHODS.put("rjust", (run, self, given) -> justify(run, "rjust", self, given));
    METHODS.put("center", (run, self, given) -> justify(run, "center", self, given));
    METHODS.put("zfill", StringMethods::zfill);
    METHODS.put("expandtabs", StringMethods::expandtabs);
    METHODS.putAll(SearchMethods.ALL);
  }

  private StringMethods() {}

  /** The method of a name; null if Python's strings have none. */
  static Method.Body find(String name) {
    Method.Body method = METHODS.get(name);
    if (method == null && NOT_HERE.contains(name)) {
      throw Failure.unsupported("the method '" + name + "' of a string");
    }
    return method;
  }

  /** A text as the kind of string that another one is. */
  static Object like(Object self, String text) {
    return self instanceof Markup ? new Markup(text) : text;
  }

  /** An argument that a marked string escapes. */
  static String argument(Run run, Object self, Object value) {
    String text = Types.text(value);
    return self instanceof Markup ? Markup.escaped(run, value) : text;
  }

  /**
   * What a text is looked through for. MarkupSafe up to 2.1 escapes it in a marked text, from 3.0
   * on does not: where that makes a difference, what the author saw cannot be known.
   */
  static String sought(Object self, Object value) {
    String text = Types.text(value);
    if (self instanceof Markup && !(value instanceof Markup) && !Markup.escape(text).equals(text)) {
      throw Failure.unsupported("looking for '" + text + "' in a text marked as safe");
    }
    return text;
  }

  private static void change(String name, UnaryOperator<String> change) {
    METHODS.put(
        name,
        (run, self, given) -> {
          given.bind(name, 0);
          String text = Types.text(self);
          run.budget().string(text.length());
          return like(self, change.apply(text));
        });
  }

  private static void isText(String name, Predicate<String> test) {
    METHODS.put(
        name,
        (run, self, given) -> {
          given.bind(name, 0);
          String text = Types.text(self);
          run.budget().scan(text.length());
          return test.test(text);
        });
  }

  private static void is(String name, IntPredicate test) {
    isText(name, text -> !text.isEmpty() && text.codePoints().allMatch(test));
  }

  private static void strip(String name, boolean left, boolean right) {
    METHODS.put(
        name,
        (run, self, given) -> {
          Object characters = given.bind(name, 0, 1)[0];
          return strip(run, self, characters, left, right);
        });
  }

  static Object strip(Run run, Object self, Object characters, boolean left, boolean right) {
    String text = Types.text(self);
    run.budget().scan(text.length());
    boolean space = characters == null || characters == None.NONE;
    String set = space ? null : sought(self, characters);
    run.budget().scan(space ? 0 : set.length());
    return like(self, Strings.strip(text, set, left, right));
  }

  private static Object hasEnd(Run run, String name, Object self, CallArguments given) {
    Object[] values = given.bind(name, 1, 3);
    String text = SearchMethods.part(run, Types.text(self), values[1], values[2]);
    if (text == null) {
      return false;
    }
    List<Object> ends = values[0] instanceof TupleValue tuple ? tuple.items() : List.of(values[0]);
    for (Object end : ends) {
      String part = Types.text(end);
      run.budget().step();
      run.budget().scan(part.length());
      if (name.equals("startswith") ? text.startsWith(part) : text.endsWith(part)) {
        return true;
      }
    }
    return false;
  }

  private static Object withoutEnd(Run run, String name, Object self, CallArguments given) {
    String part = Types.text(given.bind(name, 1, 1)[0]);
    String text = Types.text(self);
    boolean start = name.equals("removeprefix");
    run.budget().scan((long) text.length() + part.length());
    if (start && text.startsWith(part)) {
      return like(self, text.substring(part.length()));
    }
    boolean ends = !start && text.endsWith(part);
    return like(self, ends ? text.substring(0, text.length() - part.length()) : text);
  }

  private static Object replace(Run run, Object self, CallArguments given) {
    Object[] values = given.bind("replace", 2, 3);
    long count = values[2] == null ? -1 : Types.index(values[2]);
    String part = sought(self, values[0]);
    String by = argument(run, self, values[1]);
    return like(self, Strings.replace(run, Types.text(self), part, by, count));
  }

  private static Object join(Run run, Object self, CallArguments given) {
    Iterator<Object> items = Sequences.iterator(run, given.bind("join", 1, 1)[0]);
    String separator = Types.text(self);
    StringBuilder result = new StringBuilder();
    for (boolean first = true; items.hasNext(); first = false) {
      Object item = items.next();
      result.append(first ? "" : separator).append(argument(run, self, item));
      run.budget().stringGrows(result.length());
    }
    run.budget().scan(result.length());
    return like(self, result.toString());
  }

  private static Object splitlines(Run run, Object self, CallArguments given) {
    Object keep = given.bind("splitlines", 0, "keepends")[0];
    List<Object> lines = new ArrayList<>();
    for (Object line : Strings.lines(run, Types.text(self), keep != null && Types.truth(keep))) {
      lines.add(like(self, (String) line));
    }
    return new ListValue(lines);
  }

  private static Object justify(Run run, String name, Object self, CallArguments given) {
    Object[] values = given.bind(name, 1, 2);
    String fill = values[1] == null ? " " : argument(run, self, values[1]);
    if (Strings.length(fill) != 1) {
      throw Failure.runtime(name + " fills with one character");
    }
    String text = Types.text(self);
    run.budget().scan(text.length());
    long width = Types.index(values[0]);
    long missing = width - Strings.length(text);
    if (missing <= 0) {
      return self;
    }
    run.budget().string(width);
    long left =
        switch (name) {
          case "ljust" -> 0;
          case "rjust" -> missing;
          // Python puts the odd one to the left where the width is odd.
          default -> missing / 2 + (missing & width & 1);
        };
    return like(self, fill.repeat((int) left) + text + fill.repeat((int) (missing - left)));
  }

  private static Object zfill(Run run, Object self, CallArguments given) {
    long width = Types.index(given.bind("zfill", 1, 1)[0]);
    String text = Types.text(self);
    run.budget().scan(text.length());
    long missing = width - Strings.length(text);
    if (missing <= 0) {
      return self;
    }
    run.budget().string(width);
    int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    return like(self, text.substring(0, sign) + "0".repeat((int) missing) + text.substring(sign));
  }

  private static Object expandtabs(Run run, Object self, CallArguments given) {
    Object size = given.bind("expandtabs", 0, "tabsize")[0];
    long every = Types.index(size, 8);
    StringBuilder result = new StringBuilder();
    long column = 0;
    String text = Types.text(self);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\t') {
        long missing = every > 0 ? every - column % every : 0;
        run.budget().stringGrows(result.length() + missing);
        result.append(" ".repeat((int) missing));
        column += missing;
      } else {
        result.append(c);
        column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
      }
    }
    run.budget().string(result.length());
    return like(self, result.toString());
  }
}
