package org.dlmspark.udf.text.jinja;

import java.util.List;

/** Statements with variables of their own. */
final class Frame {
  private final List<Stmt> body;
  private List<String> hidden = List.of();

  Frame(List<Stmt> body) {
    this.body = body;
  }

  List<Stmt> body() {
    return body;
  }

  /** The names that are undefined from the start, whatever they are outside. */
  List<String> hidden() {
    return hidden;
  }

  /** Set once, before the template is there for anyone. */
  void hide(List<String> names) {
    hidden = names;
  }

  /** A scope for these statements. */
  Scope scope(Scope outer) {
    Scope scope = new Scope(outer);
    for (String name : hidden) {
      scope.set(name, Undefined.variable(name));
    }
    return scope;
  }
}
