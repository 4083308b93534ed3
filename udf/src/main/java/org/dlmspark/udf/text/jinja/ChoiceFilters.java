package org.dlmspark.udf.text.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The filters that take elements or attributes by a test, an attribute or another filter. */
final class ChoiceFilters {
  static final Map<String, Filter> ALL =
      Map.of(
          "map",
          ChoiceFilters::map,
          "select",
          (run, input, given) -> choose(run, input, given, true, false),
          "reject",
          (run, input, given) -> choose(run, input, given, false, false),
          "selectattr",
          (run, input, given) -> choose(run, input, given, true, true),
          "rejectattr",
          (run, input, given) -> choose(run, input, given, false, true),
          "attr",
          ChoiceFilters::attr,
          "default",
          ChoiceFilters::orDefault,
          "d",
          ChoiceFilters::orDefault);

  private ChoiceFilters() {}

  private static Object orDefault(Run run, Object input, CallArguments given) {
    Object[] values = given.bind("default", 0, "default_value", "boolean");
    boolean replaced =
        input instanceof Undefined || (ElementKey.flag(values[1]) && !Types.truth(input));
    if (!replaced) {
      return input;
    }
    return values[0] == null ? "" : values[0];
  }

  private static Object attr(Run run, Object input, CallArguments given) {
    String name = Types.text(given.bind("attr", 1, "name")[0]);
    Object value = Attributes.own(run, input, name);
    return value == null ? Undefined.attribute(input, name) : value;
  }

  private static Object map(Run run, Object input, CallArguments given) {
    return lazily(run, input, () -> mapping(run, given));
  }

  private static Function<Object, Object> mapping(Run run, CallArguments given) {
    if (given.positional().isEmpty() && given.named().containsKey("attribute")) {
      Object[] values = given.bind("map", 0, "attribute", "default");
      ElementKey key = new ElementKey(run, values[0], false, values[1]);
      return key::of;
    }
    if (given.positional().isEmpty()) {
      throw Failure.runtime("map needs a filter or an attribute");
    }
    String name = Types.text(given.positional().get(0));
    CallArguments rest = given.rest(1);
    return item -> Filters.apply(run, name, item, rest);
  }

  private static Object choose(
      Run run, Object input, CallArguments given, boolean wanted, boolean ofAttribute) {
    return lazily(run, input, () -> choice(run, given, wanted, ofAttribute));
  }

  private static Function<Object, Object> choice(
      Run run, CallArguments given, boolean wanted, boolean ofAttribute) {
    int skipped = ofAttribute ? 1 : 0;
    List<Object> positional = given.positional();
    if (positional.size() < skipped) {
      throw Failure.runtime("an attribute to look at is needed");
    }
    ElementKey key = new ElementKey(run, ofAttribute ? positional.get(0) : null, false, null);
    if (positional.size() == skipped) {
      return item -> Types.truth(key.of(item)) == wanted ? item : null;
    }
    String test = Types.text(positional.get(skipped));
    CallArguments rest = given.rest(skipped + 1);
    return item -> Tests.apply(run, test, key.of(item), rest) == wanted ? item : null;
  }

  /** Nothing is looked at, and nothing can fail, before the first element is asked for. */
  private static Object lazily(Run run, Object input, Supplier<Function<Object, Object>> maker) {
    return IteratorValue.later(
        run,
        input,
        () -> {
          if (!Types.truth(input)) {
            return Collections.emptyIterator();
          }
          Function<Object, Object> function = maker.get();
          Iterator<Object> items = Sequences.iterator(run, input);
          return IteratorValue.lazily(
              items,
              item -> {
                run.budget().step();
                return function.apply(item);
              });
        });
  }
}
