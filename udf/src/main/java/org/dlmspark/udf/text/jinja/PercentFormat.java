package org.dlmspark.udf.text.jinja;

import java.util.List;

/** Python's {@code text % values}. */
final class PercentFormat {
  private final Run run;
  private final String format;
  private final Object values;
  private final boolean escapes;
  private final StringBuilder out = new StringBuilder();
  private int position;
  private int used;
  private boolean usedNames;

  private PercentFormat(Run run, Object format, Object values) {
    this.run = run;
    this.format = Types.text(format);
    this.values = values;
    this.escapes = format instanceof Markup;
  }

  static Object format(Run run, Object format, Object values) {
    PercentFormat formatting = new PercentFormat(run, format, values);
    String text = formatting.text();
    return format instanceof Markup ? new Markup(text) : text;
  }

  private String text() {
    while (position < format.length()) {
      int percent = format.indexOf('%', position);
      int end = percent < 0 ? format.length() : percent;
      out.append(format, position, end);
      run.budget().stringGrows(out.length());
      position = end;
      if (percent >= 0) {
        position++;
        field();
      }
    }
    boolean leftOver = values instanceof TupleValue tuple ? used < tuple.items().size() : used == 0;
    if (leftOver && !(values instanceof DictValue) && !isListLike()) {
      throw Failure.runtime("more values than the format has fields");
    }
    run.budget().string(out.length());
    return out.toString();
  }

  /** Python lets a list through, which could be a mapping. */
  private boolean isListLike() {
    return !usedNames
        && (values instanceof ListValue
            || values instanceof RangeValue
            || values instanceof Undefined);
  }

  private void field() {
    Object named = null;
    if (peek() == '(') {
      named = named();
    }
    FormatSpec spec = new FormatSpec();
    flags(spec);
    if (peek() == '*') {
      position++;
      long width = Types.index(value());
      if (width < 0) {
        spec.align('<');
      }
      spec.width(Math.abs(width));
    } else {
      spec.width(number());
    }
    if (peek() == '.') {
      position++;
      if (peek() == '*') {
        position++;
        spec.precision(Math.max(0, Types.index(value())));
      } else {
        spec.precision(number());
      }
    }
    while ("hlL".indexOf(peek()) >= 0) {
      position++;
    }
    if (position >= format.length()) {
      throw Failure.runtime("a format that ends within a field");
    }
    convert(spec, format.charAt(position++), named);
  }

  private void convert(FormatSpec spec, char conversion, Object named) {
    if (conversion == '%') {
      out.append('%');
      return;
    }
    if ("diouxXeEfFgGcrsa".indexOf(conversion) < 0) {
      throw Failure.runtime("the format has no '%" + conversion + "'");
    }
    Object value = named == null ? value() : named;
    spec.percentStyle("rsc".indexOf(conversion) >= 0);
    switch (conversion) {
      case 's' -> out.append(spec.string(run, shown(value)));
      case 'r' -> out.append(spec.string(run, escapedIf(Printer.repr(run, value))));
      case 'a' -> throw Failure.unsupported("%a");
      case 'c' -> out.append(spec.string(run, character(value)));
      case 'd', 'i', 'u' -> {
        spec.type('d');
        out.append(spec.integer(run, whole(value)));
      }
      case 'o', 'x', 'X' -> {
        spec.type(conversion);
        if (!Types.isInteger(value)) {
          throw Types.wrong("an int", value);
        }
        out.append(spec.integer(run, value));
      }
      default -> {
        spec.type(conversion);
        if (!Types.isNumber(value)) {
          throw Types.wrong("a number", value);
        }
        out.append(spec.real(run, Numbers.real(value)));
      }
    }
  }

  private String shown(Object value) {
    return escapes ? Markup.escaped(run, value) : Printer.text(run, value);
  }

  private String escapedIf(String text) {
    return escapes ? Markup.escape(text) : text;
  }

  private String character(Object value) {
    if (Types.isInteger(value)) {
      long code = Types.index(value);
      if (code < 0 || code > Character.MAX_CODE_POINT) {
        throw Failure.runtime("no character has the number " + code);
      }
      return Character.toString((int) code);
    }
    String text = Types.text(value);
    if (Strings.length(text) != 1) {
      throw Failure.runtime("%c needs one character");
    }
    return text;
  }

  private static Object whole(Object value) {
    if (value instanceof Double number) {
      return Numbers.truncated(number);
    }
    if (!Types.isInteger(value)) {
      throw Types.wrong("a number", value);
    }
    return value;
  }

  private Object named() {
    int depth = 1;
    int end = position + 1;
    while (end < format.length() && depth > 0) {
      depth += format.charAt(end) == '(' ? 1 : format.charAt(end) == ')' ? -1 : 0;
      end++;
    }
    if (depth > 0) {
      throw Failure.runtime("a format that ends within a name");
    }
    String name = format.substring(position + 1, end - 1);
    position = end;
    if (!(values instanceof DictValue dict)) {
      throw Types.wrong("a dict for a format with names", values);
    }
    Object value = dict.get(name);
    if (value == null) {
      throw Failure.runtime("the values have no " + Types.described(name));
    }
    usedNames = true;
    used++;
    return value;
  }

  private Object value() {
    if (values instanceof TupleValue tuple) {
      List<Object> items = tuple.items();
      if (used >= items.size()) {
        throw Failure.runtime("fewer values than the format has fields");
      }
      return items.get(used++);
    }
    if (used > 0) {
      throw Failure.runtime("fewer values than the format has fields");
    }
    used++;
    return values;
  }

  private void flags(FormatSpec spec) {
    boolean left = false;
    boolean plus = false;
    for (; "-+ #0".indexOf(peek()) >= 0; position++) {
      switch (peek()) {
        case '-' -> {
          left = true;
          spec.align('<');
        }
        case '+' -> {
          plus = true;
          spec.sign('+');
        }
        case ' ' -> spec.sign(plus ? '+' : ' ');
        case '#' -> spec.alternate();
        default -> {
          if (!left) {
            spec.zeroPadded();
          }
        }
      }
    }
  }

  private char peek() {
    return position < format.length() ? format.charAt(position) : '\uffff';
  }

  private long number() {
    int end = FormatSpec.digitsEnd(format, position);
    long number = end > position ? FormatSpec.number(format, position, end) : 0;
    position = end;
    return number;
  }
}
