package org.dlmspark.udf.text.jinja;

/** What {@code joiner} makes: gives its separator each time but the first. */
final class Joiner implements Callable {
  private final Object separator;
  private boolean used;

  Joiner(Object separator) {
    this.separator = separator;
  }

  @Override
  public Object call(Run run, CallArguments arguments) {
    arguments.bind("joiner", 0);
    if (used) {
      return separator;
    }
    used = true;
    return "";
  }

  /** An attribute; null for one that it has not. */
  Object attribute(String name) {
    return switch (name) {
      case "sep" -> separator;
      case "used" -> used;
      default -> null;
    };
  }
}
