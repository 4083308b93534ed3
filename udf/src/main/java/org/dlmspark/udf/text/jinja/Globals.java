package org.dlmspark.udf.text.jinja;

import java.util.List;
import java.util.Map;

/** The functions that every template has. */
final class Globals {
  private static final Map<String, Callable> FUNCTIONS =
      Map.of(
          "range", Globals::range,
          "dict", Globals::dict,
          "namespace", (run, given) -> new NamespaceValue(dict(run, given)),
          "cycler", Globals::cycler,
          "joiner", (run, given) -> new Joiner(orElse(given.bind("joiner", 0, "sep")[0], ", ")),
          "lipsum", Globals::lipsum,
          "raise_exception", Globals::raiseException,
          "strftime_now", Globals::strftimeNow);

  private Globals() {}

  /** The function of a name; null if there is none. */
  static Callable find(String name) {
    return FUNCTIONS.get(name);
  }

  private static Object orElse(Object value, Object other) {
    return value == null ? other : value;
  }

  private static Object range(Run run, CallArguments given) {
    Object[] values = given.bind("range", 1, 3);
    long first = Types.index(values[0]);
    if (values[1] == null) {
      return RangeValue.of(0, first, 1);
    }
    return RangeValue.of(
        first, Types.index(values[1]), values[2] == null ? 1 : Types.index(values[2]));
  }

  private static DictValue dict(Run run, CallArguments given) {
    DictValue dict = new DictValue();
    if (given.positional().size() > 1) {
      throw Failure.runtime("dict takes at most 1 argument by place");
    }
    for (Object source : given.positional()) {
      if (source instanceof DictValue other) {
        run.budget().list(other.size());
        dict.putAll(other);
        continue;
      }
      if (source instanceof NamespaceValue) {
        throw Types.wrong("a dict or pairs", source);
      }
      for (Object pair : Sequences.toList(run, source)) {
        List<Object> parts = Sequences.toList(run, pair);
        if (parts.size() != 2) {
          throw Failure.runtime("a dict is made of pairs");
        }
        dict.put(run, parts.get(0), parts.get(1));
      }
    }
    given.named().forEach(dict::put);
    return dict;
  }

  private static Object cycler(Run run, CallArguments given) {
    given.bind("cycler", 0, given.positional().size());
    return new Cycler(given.positional());
  }

  private static Object lipsum(Run run, CallArguments given) {
    throw Failure.unsupported("the function 'lipsum'");
  }

  private static Object raiseException(Run run, CallArguments given) {
    throw Failure.raised(Printer.text(run, given.bind("raise_exception", 1, "message")[0]));
  }

  private static Object strftimeNow(Run run, CallArguments given) {
    String format = Types.text(given.bind("strftime_now", 1, "format")[0]);
    String text = Strftime.format(run.now(), format);
    run.budget().string(text.length());
    return text;
  }
}
