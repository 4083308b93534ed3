package org.dlmspark.udf.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;

/** Jinja2's filters where Jinjava's of the same name do something else or have no bound. */
final class PythonFilters {
  private PythonFilters() {}

  /** Takes away Python's white space; Jinjava's takes away Java's, control characters included. */
  static final class Trim implements Filter {
    @Override
    public String getName() {
      return "trim";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      String characters = arguments.length == 0 ? null : arguments[0];
      return PythonStrings.strip(interpreter.getAsString(value), characters, true, true);
    }
  }

  /** Replaces a part of a string, unless the result is longer than a string may be. */
  static final class Replace implements Filter {
    @Override
    public String getName() {
      return "replace";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      if (arguments.length != 2 || arguments[0] == null || arguments[1] == null) {
        throw new IllegalArgumentException("replace: two strings are expected");
      }
      return PythonStrings.replace(
          interpreter.getAsString(value),
          arguments[0],
          arguments[1],
          interpreter.getConfig().getMaxStringLength());
    }
  }
}
