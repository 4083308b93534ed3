package org.dlmspark.udf.text.jinja;

/** A method together with the value it is asked of. */
record Method(Object self, Body body) implements Callable {
  /** What a method does. */
  interface Body {
    Object call(Run run, Object self, CallArguments arguments);
  }

  @Override
  public Object call(Run run, CallArguments arguments) {
    return body.call(run, self, arguments);
  }
}
