package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Values as Python's {@code json.dumps} writes them. */
final class Json {
  private final Run run;
  private final Layout layout;
  private final StringBuilder out = new StringBuilder();
  private int level;

  /**
   * How it is written.
   *
   * @param ascii whether other characters are written as escapes
   * @param indent of each level on lines of their own; null for one line
   * @param between stands between elements
   * @param afterKey stands between a key and its value
   * @param sorted whether keys are sorted
   */
  record Layout(boolean ascii, String indent, String between, String afterKey, boolean sorted) {}

  private Json(Run run, Layout layout) {
    this.run = run;
    this.layout = layout;
  }

  static String of(Run run, Object value, Layout layout) {
    Json json = new Json(run, layout);
    json.write(value);
    run.budget().scan(json.out.length());
    return json.out.toString();
  }

  private void write(Object value) {
    if (Types.isString(value)) {
      quoted(Types.text(value));
    } else if (value instanceof ListValue list) {
      array(list.items());
    } else if (value instanceof TupleValue tuple) {
      array(tuple.items());
    } else if (value instanceof DictValue dict) {
      object(dict);
    } else {
      run.budget().steps(value instanceof Double ? FloatText.STEPS : 0);
      String scalar = scalar(value);
      if (scalar == null) {
        throw Failure.type("what JSON can hold", value);
      }
      out.append(scalar);
    }
    run.budget().stringGrows(out.length());
  }

  private String scalar(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "true" : "false";
    } else if (value == None.NONE) {
      return "null";
    } else if (Types.isInteger(value)) {
      return Numbers.digits(run, value);
    } else if (value instanceof Double number) {
      String special = FloatText.special(number);
      if (special == null) {
        return FloatText.repr(number);
      }
      return switch (special) {
        case "nan" -> "NaN";
        case "inf" -> "Infinity";
        default -> "-Infinity";
      };
    }
    return null;
  }

  private void array(List<Object> items) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    indent(1);
    boolean first = true;
    for (Object item : items) {
      separate(first);
      first = false;
      write(item);
    }
    indent(-1);
    out.append(']');
  }

  private void object(DictValue dict) {
    if (dict.size() == 0) {
      out.append("{}");
      return;
    }
    out.append('{');
    indent(1);
    boolean first = true;
    Iterator<DictValue.Entry> entries = entries(dict).iterator();
    while (entries.hasNext()) {
      DictValue.Entry entry = entries.next();
      separate(first);
      first = false;
      String key = Types.textOrNull(entry.key());
      key = key == null ? scalar(entry.key()) : key;
      if (key == null) {
        throw Failure.type("a key that JSON can hold", entry.key());
      }
      quoted(key);
      out.append(layout.afterKey());
      write(entry.value());
    }
    indent(-1);
    out.append('}');
  }

  private List<DictValue.Entry> entries(DictValue dict) {
    List<DictValue.Entry> entries = new ArrayList<>(dict.entries());
    return layout.sorted() ? Sorting.sorted(run, entries, DictValue.Entry::key, false) : entries;
  }

  private void separate(boolean first) {
    if (!first) {
      out.append(layout.between());
      line();
    }
  }

  /** Goes a level down or up, to a line of its own where there are lines. */
  private void indent(int by) {
    if (by > 0) {
      run.budget().enter();
    } else {
      run.budget().leave();
    }
    level += by;
    line();
  }

  private void line() {
    if (layout.indent() != null) {
      run.budget().string(Strings.product(level, layout.indent().length()));
      out.append('\n').append(layout.indent().repeat(level));
    }
  }

  private void quoted(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    out.append('"');
    run.budget().scan(text.length());
  }

  private void character(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\f' -> out.append("\\f");
      case '\b' -> out.append("\\b");
      default -> {
        if (c < ' ' || (layout.ascii() && c > '~')) {
          out.append("\\u");
          Strings.hex(out, c, 4);
        } else {
          out.append(c);
        }
      }
    }
  }
}
