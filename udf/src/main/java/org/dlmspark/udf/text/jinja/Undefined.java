package org.dlmspark.udf.text.jinja;

/**
 * What a template gets for what is not there: false, empty, printed as nothing, and an error in any
 * other use.
 */
final class Undefined {
  private final Object object;
  private final Object name;
  private final Kind kind;

  private enum Kind {
    VARIABLE,
    ATTRIBUTE,
    UNSAFE,
    OTHER
  }

  private Undefined(Kind kind, Object object, Object name) {
    this.kind = kind;
    this.object = object;
    this.name = name;
  }

  static Undefined of(String reason) {
    return new Undefined(Kind.OTHER, null, reason);
  }

  static Undefined variable(String name) {
    return new Undefined(Kind.VARIABLE, null, name);
  }

  static Undefined attribute(Object object, Object name) {
    return new Undefined(Kind.ATTRIBUTE, object, name);
  }

  /** What the sandbox keeps from a template: it may ask whether it is there, and is told no. */
  static Undefined unsafe(Object object, String name) {
    return new Undefined(Kind.UNSAFE, object, name);
  }

  /** The failure of its use; worded only now, as most are never used. */
  Failure failure() {
    return switch (kind) {
      case VARIABLE -> Failure.runtime(Types.described(name) + " is undefined");
      case ATTRIBUTE ->
          Failure.runtime(Types.described(object) + " has no " + Types.described(name));
      case UNSAFE ->
          Failure.unsupported(
              "the attribute " + Types.described(name) + " of " + Types.described(object));
      case OTHER -> Failure.runtime((String) name);
    };
  }
}
