package org.dlmspark.udf.text.jinja;

/** A value that a template can call. */
interface Callable {
  Object call(Run run, CallArguments arguments);
}
