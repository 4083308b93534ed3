package org.dlmspark.udf.text.jinja;

import java.util.Iterator;
import java.util.List;

/** Values as Python's {@code str} and {@code repr} write them. */
final class Printer {
  private final Run run;
  private final StringBuilder out = new StringBuilder();

  private Printer(Run run) {
    this.run = run;
  }

  /** Python's {@code str}. */
  static String text(Run run, Object value) {
    String text = Types.textOrNull(value);
    if (text != null) {
      return text;
    }
    if (value instanceof Undefined) {
      return "";
    }
    return repr(run, value);
  }

  /** Python's {@code repr}. */
  static String repr(Run run, Object value) {
    if (value instanceof Long) {
      return value.toString();
    }
    Printer printer = new Printer(run);
    printer.print(value);
    String text = printer.out.toString();
    run.budget().scan(text.length());
    return text;
  }

  private void print(Object value) {
    if (value instanceof String text) {
      quoted(text);
    } else if (value instanceof Markup markup) {
      out.append("Markup(");
      quoted(markup.text());
      out.append(')');
    } else if (value instanceof Boolean flag) {
      out.append(flag ? "True" : "False");
    } else if (Types.isInteger(value)) {
      out.append(Numbers.digits(run, value));
    } else if (value instanceof Double number) {
      run.budget().steps(FloatText.STEPS);
      out.append(FloatText.repr(number));
    } else if (value == None.NONE) {
      out.append("None");
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else {
      run.budget().enter();
      collection(value);
      run.budget().leave();
    }
    run.budget().stringGrows(out.length());
  }

  private void collection(Object value) {
    if (value instanceof ListValue list) {
      items("[", list.items().iterator(), "]");
    } else if (value instanceof TupleValue tuple) {
      List<Object> items = tuple.items();
      items("(", items.iterator(), items.size() == 1 ? ",)" : ")");
    } else if (value instanceof DictValue dict) {
      dict(dict);
    } else if (value instanceof DictView view) {
      items(Types.name(view) + "([", view.iterator(), "])");
    } else if (value instanceof RangeValue range) {
      out.append("range(").append(range.start()).append(", ").append(range.stop());
      out.append(range.step() == 1 ? "" : ", " + range.step()).append(')');
    } else if (value instanceof NamespaceValue namespace) {
      out.append("<Namespace ");
      dict(namespace.attributes());
      out.append('>');
    } else if (value instanceof LoopValue loop) {
      out.append("<LoopContext ").append(loop.index()).append('/').append(loop.length());
      out.append('>');
    } else if (value instanceof MacroValue macro) {
      out.append("<Macro ");
      if (macro.name() == null) {
        out.append("anonymous");
      } else {
        quoted(macro.name());
      }
      out.append('>');
    } else {
      // Python prints an address.
      throw Failure.unsupported("the text of a " + Types.name(value));
    }
  }

  private void items(String begin, Iterator<Object> items, String end) {
    out.append(begin);
    boolean first = true;
    while (items.hasNext()) {
      if (!first) {
        out.append(", ");
      }
      first = false;
      print(items.next());
    }
    out.append(end);
  }

  private void dict(DictValue dict) {
    out.append('{');
    boolean first = true;
    for (DictValue.Entry entry : dict.entries()) {
      if (!first) {
        out.append(", ");
      }
      first = false;
      print(entry.key());
      out.append(": ");
      print(entry.value());
    }
    out.append('}');
  }

  private void quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints().forEach(c -> character(c, quote));
    out.append(quote);
    run.budget().scan(text.length());
  }

  private void character(int c, char quote) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(c < 256 ? "\\x" : c < 65_536 ? "\\u" : "\\U");
          Strings.hex(out, c, c < 256 ? 2 : c < 65_536 ? 4 : 8);
        }
      }
    }
  }

  /** Python's {@code str.isprintable} of a character. */
  static boolean isPrintable(int c) {
    if (c < 127) {
      return c >= ' ';
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
