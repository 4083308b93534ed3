package org.dlmspark.udf.text.jinja;

/** What a filter does. */
interface Filter {
  Object apply(Run run, Object input, CallArguments given);
}
