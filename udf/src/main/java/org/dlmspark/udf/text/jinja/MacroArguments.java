package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sets the variables of a macro's body from what its call is given. */
final class MacroArguments {
  private MacroArguments() {}

  /** Sets what is given; gives the places of the parameters that are not, undefined so far. */
  static List<Integer> place(Stmt.Macro macro, CallArguments given, Scope scope) {
    List<Object> positional = given.positional();
    Map<String, Object> named = new LinkedHashMap<>(given.named());
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < macro.parameters().size(); i++) {
      String name = macro.parameters().get(i);
      Object value = i < positional.size() ? positional.get(i) : named.remove(name);
      if (value == null) {
        missing.add(i);
        value = Undefined.of("the parameter '" + name + "' was not given");
      }
      scope.set(name, value);
    }
    if (macro.usesCaller() && !macro.parameters().contains("caller")) {
      Object caller = named.remove("caller");
      scope.set("caller", caller == null ? Undefined.of("the macro has no caller") : caller);
    }
    placeRest(macro, positional, named, scope);
    return missing;
  }

  private static void placeRest(
      Stmt.Macro macro, List<Object> positional, Map<String, Object> named, Scope scope) {
    int count = macro.parameters().size();
    if (macro.usesMore()) {
      DictValue more = new DictValue();
      named.forEach(more::put);
      scope.set("kwargs", more);
    } else if (!named.isEmpty()) {
      throw Failure.runtime(
          "the macro takes no argument " + Types.described(named.keySet().iterator().next()));
    }
    if (macro.usesRest()) {
      List<Object> rest = positional.subList(Math.min(count, positional.size()), positional.size());
      scope.set("varargs", new TupleValue(rest));
    } else if (positional.size() > count) {
      throw Failure.runtime("the macro takes no more than " + count + " arguments");
    }
  }
}
