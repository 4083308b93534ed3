package org.dlmspark.udf.text.jinja;

import java.util.List;

/** A statement of a template, the plain text between its tags among them. */
sealed interface Stmt {
  <R> R accept(Visitor<R> visitor);

  record Text(String text) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.text(this);
    }
  }

  record Print(Expr value, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.print(this);
    }
  }

  /** The branches of {@code if} and {@code elif}, tests and bodies in order, and {@code else}. */
  record If(List<Expr> tests, List<List<Stmt>> bodies, List<Stmt> otherwise, int line)
      implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.branch(this);
    }
  }

  /** A loop; the test is null where the loop takes every element. */
  record For(
      Target target,
      Expr elements,
      Expr test,
      boolean recursive,
      Frame body,
      Frame otherwise,
      int line)
      implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.loop(this);
    }
  }

  record Assign(Target target, Expr value, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.assign(this);
    }
  }

  /** {@code set} with a body: what the body prints, through the filters. */
  record AssignBody(Target target, List<Expr.FilterUse> filters, Frame body, int line)
      implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.assignBody(this);
    }
  }

  record FilterBody(List<Expr.FilterUse> filters, Frame body, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.filterBody(this);
    }
  }

  record With(List<Target> targets, List<Expr> values, Frame body, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.with(this);
    }
  }

  /** A body with variables of its own, which {@code generation} marks for training. */
  record Scoped(Frame body, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.scoped(this);
    }
  }

  record DefineMacro(Macro macro, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.defineMacro(this);
    }
  }

  /** A call that is given its body as {@code caller}. */
  record CallBody(Expr.Call call, Macro caller, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.callBody(this);
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(boolean leaves, int line) implements Stmt {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.jump(this);
    }
  }

  /**
   * A macro's parameters and body.
   *
   * @param name its name; null for the body of a call
   * @param parameters their names, in order
   * @param defaults of the last parameters
   * @param body what it prints
   * @param usesCaller whether the body asks for {@code caller}
   * @param usesRest whether it asks for {@code varargs}
   * @param usesMore whether it asks for {@code kwargs}
   */
  record Macro(
      String name,
      List<String> parameters,
      List<Expr> defaults,
      Frame body,
      boolean usesCaller,
      boolean usesRest,
      boolean usesMore) {}

  /** What is assigned to. */
  sealed interface Target {}

  record NameTarget(String name) implements Target {}

  record NamespaceTarget(String name, String attribute, int line) implements Target {}

  record TupleTarget(List<Target> targets) implements Target {}

  /** What is done with each kind of statement. */
  interface Visitor<R> {
    R text(Text statement);

    R print(Print statement);

    R branch(If statement);

    R loop(For statement);

    R assign(Assign statement);

    R assignBody(AssignBody statement);

    R filterBody(FilterBody statement);

    R with(With statement);

    R scoped(Scoped statement);

    R defineMacro(DefineMacro statement);

    R callBody(CallBody statement);

    R jump(Jump statement);
  }
}
