package org.dlmspark.udf.text.jinja;

import java.util.List;

/** Tells a frame which names an expression reads. */
final class NameReader implements Expr.Visitor<Void> {
  private final FrameNames names;

  private NameReader(FrameNames names) {
    this.names = names;
  }

  static void read(Expr expr, FrameNames names) {
    expr.accept(new NameReader(names));
  }

  static void read(Expr.Arguments arguments, FrameNames names) {
    new NameReader(names).all(arguments);
  }

  private Void all(Expr.Arguments arguments) {
    all(arguments.positional());
    all(arguments.keywords());
    return all(arguments.rest(), arguments.more());
  }

  private Void all(List<Expr> exprs) {
    exprs.forEach(expr -> expr.accept(this));
    return null;
  }

  private Void all(Expr... exprs) {
    for (Expr expr : exprs) {
      if (expr != null) {
        expr.accept(this);
      }
    }
    return null;
  }

  @Override
  public Void constant(Expr.Const expr) {
    return null;
  }

  @Override
  public Void name(Expr.Name expr) {
    names.read(expr.name());
    return null;
  }

  @Override
  public Void tuple(Expr.Tuple expr) {
    return all(expr.items());
  }

  @Override
  public Void list(Expr.ListOf expr) {
    return all(expr.items());
  }

  @Override
  public Void dict(Expr.DictOf expr) {
    all(expr.keys());
    return all(expr.values());
  }

  @Override
  public Void sign(Expr.Sign expr) {
    return all(expr.operand());
  }

  @Override
  public Void not(Expr.Not expr) {
    return all(expr.operand());
  }

  @Override
  public Void logic(Expr.Logic expr) {
    return all(expr.left(), expr.right());
  }

  @Override
  public Void binary(Expr.Binary expr) {
    return all(expr.left(), expr.right());
  }

  @Override
  public Void concat(Expr.Concat expr) {
    return all(expr.parts());
  }

  @Override
  public Void compare(Expr.Compare expr) {
    all(expr.first());
    return all(expr.others());
  }

  @Override
  public Void choice(Expr.Choice expr) {
    return all(expr.test(), expr.then(), expr.otherwise());
  }

  @Override
  public Void attribute(Expr.Attribute expr) {
    return all(expr.object());
  }

  @Override
  public Void item(Expr.Item expr) {
    return all(expr.object(), expr.index());
  }

  @Override
  public Void slice(Expr.Slice expr) {
    return all(expr.object(), expr.start(), expr.stop(), expr.step());
  }

  @Override
  public Void call(Expr.Call expr) {
    all(expr.function());
    return all(expr.arguments());
  }

  @Override
  public Void filtered(Expr.Filtered expr) {
    all(expr.input());
    return all(expr.filter().arguments());
  }

  @Override
  public Void tested(Expr.Tested expr) {
    all(expr.input());
    return all(expr.arguments());
  }
}
