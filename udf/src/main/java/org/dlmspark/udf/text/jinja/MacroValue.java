package org.dlmspark.udf.text.jinja;

/** A macro where it was defined, with the variables that it sees there. */
record MacroValue(Executor executor, Stmt.Macro macro, Scope definedIn) implements Callable {
  String name() {
    return macro.name();
  }

  @Override
  public Object call(Run run, CallArguments arguments) {
    return executor.invoke(this, arguments);
  }

  /** An attribute; null for one that it has not. */
  Object attribute(String attribute) {
    return switch (attribute) {
      case "name" -> macro.name() == null ? None.NONE : macro.name();
      case "arguments" -> new TupleValue(java.util.List.copyOf(macro.parameters()));
      case "caller" -> macro.usesCaller();
      case "catch_kwargs" -> macro.usesMore();
      case "catch_varargs" -> macro.usesRest();
      case "explicit_caller" -> macro.parameters().contains("caller");
      default -> null;
    };
  }

  // By identity, as Python compares them; a record would look into the whole tree.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
