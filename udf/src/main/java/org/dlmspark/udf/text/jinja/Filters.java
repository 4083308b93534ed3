package org.dlmspark.udf.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** All filters by name. */
final class Filters {
  private static final Map<String, Filter> ALL = new HashMap<>();

  static {
    ALL.putAll(TextFilters.ALL);
    ALL.putAll(HtmlFilters.ALL);
    ALL.putAll(SequenceFilters.ALL);
    ALL.putAll(GroupFilters.ALL);
    ALL.putAll(ChoiceFilters.ALL);
    ALL.putAll(NumberFilters.ALL);
  }

  private Filters() {}

  static boolean has(String name) {
    return ALL.containsKey(name);
  }

  static Object apply(Run run, String name, Object input, CallArguments given) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw Failure.unsupported("the filter '" + name + "'");
    }
    return filter.apply(run, input, given);
  }
}
