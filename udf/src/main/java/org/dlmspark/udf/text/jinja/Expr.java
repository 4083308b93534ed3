package org.dlmspark.udf.text.jinja;

import java.util.List;

/** An expression of a template. */
sealed interface Expr {
  <R> R accept(Visitor<R> visitor);

  record Const(Object value) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.constant(this);
    }
  }

  record Name(String name, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.name(this);
    }
  }

  record Tuple(List<Expr> items) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.tuple(this);
    }
  }

  record ListOf(List<Expr> items) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.list(this);
    }
  }

  record DictOf(List<Expr> keys, List<Expr> values, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dict(this);
    }
  }

  /** Minus or plus before a number. */
  record Sign(boolean negative, Expr operand, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.sign(this);
    }
  }

  record Not(Expr operand) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.not(this);
    }
  }

  /** {@code and} or {@code or}, whose value is one of its operands. */
  record Logic(boolean and, Expr left, Expr right) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.logic(this);
    }
  }

  record Binary(String operator, Expr left, Expr right, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.binary(this);
    }
  }

  /** Texts joined by {@code ~}. */
  record Concat(List<Expr> parts, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.concat(this);
    }
  }

  /** Comparisons in a chain, {@code a < b < c}. */
  record Compare(Expr first, List<String> operators, List<Expr> others, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.compare(this);
    }
  }

  /** {@code then if test else otherwise}; otherwise is null where the template has none. */
  record Choice(Expr test, Expr then, Expr otherwise) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.choice(this);
    }
  }

  record Attribute(Expr object, String name, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.attribute(this);
    }
  }

  record Item(Expr object, Expr index, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.item(this);
    }
  }

  /** A part of a sequence; a bound that is not given is null. */
  record Slice(Expr object, Expr start, Expr stop, Expr step, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.slice(this);
    }
  }

  record Call(Expr function, Arguments arguments, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.call(this);
    }
  }

  record Filtered(Expr input, FilterUse filter) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.filtered(this);
    }
  }

  record Tested(Expr input, String name, Arguments arguments, int line) implements Expr {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.tested(this);
    }
  }

  /** A filter and what it is given besides its input. */
  record FilterUse(String name, Arguments arguments, int line) {}

  /**
   * What a call is given.
   *
   * @param positional in order
   * @param names of the keyword arguments
   * @param keywords their values
   * @param rest more positional arguments ({@code *rest}); null for none
   * @param more more keyword arguments ({@code **more}); null for none
   */
  record Arguments(
      List<Expr> positional, List<String> names, List<Expr> keywords, Expr rest, Expr more) {
    static final Arguments NONE = new Arguments(List.of(), List.of(), List.of(), null, null);

    boolean isEmpty() {
      return positional.isEmpty() && names.isEmpty() && rest == null && more == null;
    }
  }

  /** What is done with each kind of expression. */
  interface Visitor<R> {
    R constant(Const expr);

    R name(Name expr);

    R tuple(Tuple expr);

    R list(ListOf expr);

    R dict(DictOf expr);

    R sign(Sign expr);

    R not(Not expr);

    R logic(Logic expr);

    R binary(Binary expr);

    R concat(Concat expr);

    R compare(Compare expr);

    R choice(Choice expr);

    R attribute(Attribute expr);

    R item(Item expr);

    R slice(Slice expr);

    R call(Call expr);

    R filtered(Filtered expr);

    R tested(Tested expr);
  }
}
