package org.dlmspark.udf.text.jinja;

/** Python's {@code None}. */
enum None {
  NONE
}
