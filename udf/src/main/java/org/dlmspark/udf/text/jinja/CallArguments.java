package org.dlmspark.udf.text.jinja;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values that a call is given, by place and by name. */
final class CallArguments {
  static final CallArguments NONE = new CallArguments(List.of(), Map.of());

  private final List<Object> positional;
  private final Map<String, Object> named;

  CallArguments(List<Object> positional, Map<String, Object> named) {
    this.positional = positional;
    this.named = named;
  }

  static CallArguments of(Object... positional) {
    return new CallArguments(List.of(positional), Map.of());
  }

  List<Object> positional() {
    return positional;
  }

  Map<String, Object> named() {
    return named;
  }

  /** The same without the first of those given by place. */
  CallArguments rest(int count) {
    return new CallArguments(positional.subList(count, positional.size()), named);
  }

  CallArguments with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(named);
    more.put(name, value);
    return new CallArguments(positional, more);
  }

  /**
   * The values in the order of a function's parameters.
   *
   * @param function its name, for messages
   * @param required how many of the parameters must be given
   * @param parameters their names; an empty one cannot be given by name
   * @return a value a parameter, null for one that is not given
   */
  Object[] bind(String function, int required, String... parameters) {
    if (positional.size() > parameters.length) {
      throw Failure.runtime(
          function
              + " takes at most "
              + parameters.length
              + " arguments, not "
              + positional.size());
    }
    Object[] values = new Object[parameters.length];
    for (int i = 0; i < positional.size(); i++) {
      values[i] = positional.get(i);
    }
    named.forEach(
        (name, value) -> {
          int index = name.isEmpty() ? -1 : Arrays.asList(parameters).indexOf(name);
          if (index < 0) {
            throw Failure.runtime(function + " takes no argument named '" + name + "'");
          }
          if (values[index] != null) {
            throw Failure.runtime(function + " is given '" + name + "' twice");
          }
          values[index] = value;
        });
    for (int i = 0; i < required; i++) {
      if (values[i] == null) {
        throw Failure.runtime(function + " needs " + required + " arguments");
      }
    }
    return values;
  }

  /** The values of a function whose parameters have no names. */
  Object[] bind(String function, int required, int most) {
    String[] parameters = new String[most];
    Arrays.fill(parameters, "");
    return bind(function, required, parameters);
  }
}
