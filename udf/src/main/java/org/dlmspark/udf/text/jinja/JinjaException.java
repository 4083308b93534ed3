package org.dlmspark.udf.text.jinja;

/**
 * A template that is refused or a rendering that failed: why, and in which line of the template.
 */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final int line;
  private final String reason;

  JinjaException(Kind kind, int line, String reason) {
    super("line " + line + ": " + reason);
    this.kind = kind;
    this.line = line;
    this.reason = reason;
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }

  /** The line of the template, from 1. */
  public int line() {
    return line;
  }

  /** What went wrong in words, without the line. */
  public String reason() {
    return reason;
  }

  /** The kinds of failure. */
  public enum Kind {
    /** The source is no Jinja template. */
    SYNTAX,
    /** The template uses what Jinja2 has and this engine does not. */
    UNSUPPORTED,
    /** The template called {@code raise_exception}; the reason is its message. */
    RAISED,
    /** An operation failed as it does in Python: a type, a key, a number that does not fit. */
    RUNTIME,
    /** A limit was exceeded. */
    BUDGET
  }
}
