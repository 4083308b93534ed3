package org.dlmspark.udf.text.jinja;

/** Python's {@code text.format(values)}, in the sandbox's form. */
final class BraceFormat {
  private static final int MAX_NESTING = 2;

  private final Run run;
  private final CallArguments arguments;
  private final boolean escapes;

  /** The next field without a number; -1 once one has a number. */
  private int automatic;

  private boolean numbered;

  private BraceFormat(Run run, CallArguments arguments, boolean escapes) {
    this.run = run;
    this.arguments = arguments;
    this.escapes = escapes;
  }

  static Object format(Run run, Object format, CallArguments arguments) {
    boolean markup = format instanceof Markup;
    String text = new BraceFormat(run, arguments, markup).text(Types.text(format), MAX_NESTING);
    return markup ? new Markup(text) : text;
  }

  private String text(String format, int nesting) {
    if (nesting == 0) {
      throw Failure.runtime("a format within a format within a format");
    }
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i);
      if (c != '{' && c != '}') {
        out.append(c);
        i++;
      } else if (i + 1 < format.length() && format.charAt(i + 1) == c) {
        out.append(c);
        i += 2;
      } else if (c == '}') {
        throw Failure.runtime("a format with a single '}'");
      } else {
        int end = fieldEnd(format, i + 1);
        out.append(field(format.substring(i + 1, end), nesting));
        run.budget().stringGrows(out.length());
        i = end + 1;
      }
    }
    run.budget().string(out.length());
    return out.toString();
  }

  private static int fieldEnd(String format, int from) {
    int depth = 1;
    boolean inBrackets = false;
    for (int i = from; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c == '[' && depth == 1) {
        inBrackets = true;
      } else if (c == ']') {
        inBrackets = false;
      } else if (!inBrackets && c == '{') {
        depth++;
      } else if (!inBrackets && c == '}' && --depth == 0) {
        return i;
      }
    }
    throw Failure.runtime("a format that ends within a field");
  }

  private String field(String field, int nesting) {
    int end = 0;
    boolean inBrackets = false;
    while (end < field.length()
        && (inBrackets || (field.charAt(end) != ':' && field.charAt(end) != '!'))) {
      inBrackets = field.charAt(end) == '[' || (inBrackets && field.charAt(end) != ']');
      end++;
    }
    Object value = value(field.substring(0, end));
    if (field.startsWith("!", end)) {
      if (end + 2 > field.length() || (field.length() > end + 2 && field.charAt(end + 2) != ':')) {
        throw Failure.runtime("a conversion in a format is one letter");
      }
      value =
          switch (field.charAt(end + 1)) {
            case 's' -> Printer.text(run, value);
            case 'r' -> Printer.repr(run, value);
            case 'a' -> throw Failure.unsupported("the conversion !a");
            default -> throw Failure.runtime("the format has no conversion of that letter");
          };
      end += 2;
    }
    String spec = field.startsWith(":", end) ? field.substring(end + 1) : "";
    if (spec.indexOf('{') >= 0 || spec.indexOf('}') >= 0) {
      spec = text(spec, nesting - 1);
    }
    return shown(value, spec);
  }

  private String shown(Object value, String spec) {
    if (escapes) {
      if (!spec.isEmpty()) {
        throw Failure.unsupported("a format specification in markup");
      }
      return Markup.escaped(run, value);
    }
    if (spec.isEmpty()) {
      return Printer.text(run, value);
    }
    FormatSpec parsed = FormatSpec.parse(spec);
    if (Types.isString(value)) {
      return parsed.string(run, Types.text(value));
    } else if (Types.isInteger(value)) {
      return parsed.integer(run, value);
    } else if (value instanceof Double number) {
      return parsed.real(run, number);
    }
    throw Failure.runtime("a " + Types.name(value) + " has no format");
  }

  private Object value(String name) {
    int end = 0;
    while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
      end++;
    }
    Object value = first(name.substring(0, end));
    while (end < name.length()) {
      if (name.charAt(end) == '.') {
        int next = end + 1;
        while (next < name.length() && name.charAt(next) != '.' && name.charAt(next) != '[') {
          next++;
        }
        value = Attributes.attribute(run, value, name.substring(end + 1, next));
        end = next;
      } else {
        int close = name.charAt(end) == '[' ? name.indexOf(']', end) : -1;
        if (close < 0) {
          throw Failure.runtime("a format with a field that ends within brackets");
        }
        String key = name.substring(end + 1, close);
        boolean index = !key.isEmpty() && FormatSpec.digitsEnd(key, 0) == key.length();
        value =
            Attributes.item(
                run, value, index ? (Object) FormatSpec.number(key, 0, key.length()) : key);
        end = close + 1;
      }
    }
    return value;
  }

  private Object first(String name) {
    boolean number = FormatSpec.digitsEnd(name, 0) == name.length();
    if (!number) {
      Object value = arguments.named().get(name);
      if (value == null) {
        throw Failure.runtime("format is not given " + Types.described(name));
      }
      return value;
    }
    if (name.isEmpty() ? numbered : automatic > 0) {
      throw Failure.runtime("a format with and without numbers of fields");
    }
    numbered = numbered || !name.isEmpty();
    long index = name.isEmpty() ? automatic++ : FormatSpec.number(name, 0, name.length());
    if (index >= arguments.positional().size()) {
      throw Failure.runtime("fewer values than the format has fields");
    }
    return arguments.positional().get((int) index);
  }
}
