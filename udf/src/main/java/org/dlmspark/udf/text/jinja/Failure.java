package org.dlmspark.udf.text.jinja;

/** What an operation on values throws: it does not know the line, which the rendering adds. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final JinjaException.Kind kind;

  private Failure(JinjaException.Kind kind, String reason) {
    // No stack trace: the line of the template says where, and refusing must cost little.
    super(reason, null, false, false);
    this.kind = kind;
  }

  static Failure runtime(String reason) {
    return new Failure(JinjaException.Kind.RUNTIME, reason);
  }

  static Failure unsupported(String construct) {
    return new Failure(JinjaException.Kind.UNSUPPORTED, construct + " is not supported");
  }

  static Failure raised(String message) {
    return new Failure(JinjaException.Kind.RAISED, message);
  }

  static Failure budget(String reason) {
    return new Failure(JinjaException.Kind.BUDGET, reason);
  }

  static Failure type(String expected, Object given) {
    return runtime("expected " + expected + ", not " + Types.name(given));
  }

  JinjaException at(int line) {
    return new JinjaException(kind, line, getMessage());
  }
}
