package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives expressions their values. */
final class Evaluator implements Expr.Visitor<Object> {
  private final Run run;
  private Scope scope;

  Evaluator(Run run, Scope scope) {
    this.run = run;
    this.scope = scope;
  }

  Scope scope() {
    return scope;
  }

  void enter(Scope newScope) {
    scope = newScope;
  }

  Object evaluate(Expr expr) {
    Budget budget = run.budget();
    budget.step();
    budget.enter();
    Object value = expr.accept(this);
    budget.leave();
    return value;
  }

  boolean isTrue(Expr expr) {
    return Types.truth(evaluate(expr));
  }

  private List<Object> evaluateAll(List<Expr> exprs) {
    List<Object> values = new ArrayList<>(exprs.size());
    for (Expr expr : exprs) {
      values.add(evaluate(expr));
    }
    return values;
  }

  @Override
  public Object constant(Expr.Const expr) {
    return expr.value();
  }

  @Override
  public Object name(Expr.Name expr) {
    Object value = scope.find(expr.name());
    if (value == null) {
      value = Globals.find(expr.name());
    }
    if (value != null) {
      return value;
    }
    run.at(expr.line());
    if (expr.name().equals("self")) {
      throw Failure.unsupported("the variable 'self'");
    }
    return Undefined.variable(expr.name());
  }

  @Override
  public Object tuple(Expr.Tuple expr) {
    return new TupleValue(evaluateAll(expr.items()));
  }

  @Override
  public Object list(Expr.ListOf expr) {
    return new ListValue(evaluateAll(expr.items()));
  }

  @Override
  public Object dict(Expr.DictOf expr) {
    DictValue dict = new DictValue();
    for (int i = 0; i < expr.keys().size(); i++) {
      Object key = evaluate(expr.keys().get(i));
      Object value = evaluate(expr.values().get(i));
      run.at(expr.line());
      dict.put(run, key, value);
    }
    return dict;
  }

  @Override
  public Object sign(Expr.Sign expr) {
    Object value = evaluate(expr.operand());
    run.at(expr.line());
    return expr.negative() ? Arithmetic.negated(value) : Arithmetic.positive(value);
  }

  @Override
  public Object not(Expr.Not expr) {
    return !isTrue(expr.operand());
  }

  @Override
  public Object logic(Expr.Logic expr) {
    Object left = evaluate(expr.left());
    return Types.truth(left) == expr.and() ? evaluate(expr.right()) : left;
  }

  @Override
  public Object binary(Expr.Binary expr) {
    Object left = evaluate(expr.left());
    Object right = evaluate(expr.right());
    run.at(expr.line());
    return Arithmetic.apply(run, expr.operator(), left, right);
  }

  @Override
  public Object concat(Expr.Concat expr) {
    List<Object> values = evaluateAll(expr.parts());
    run.at(expr.line());
    StringBuilder text = new StringBuilder();
    for (Object value : values) {
      text.append(Printer.text(run, value));
      run.budget().stringGrows(text.length());
    }
    run.budget().scan(text.length());
    return text.toString();
  }

  @Override
  public Object compare(Expr.Compare expr) {
    Object left = evaluate(expr.first());
    for (int i = 0; i < expr.operators().size(); i++) {
      Object right = evaluate(expr.others().get(i));
      run.at(expr.line());
      if (!Comparison.apply(run, expr.operators().get(i), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  @Override
  public Object choice(Expr.Choice expr) {
    if (isTrue(expr.test())) {
      return evaluate(expr.then());
    }
    return expr.otherwise() == null
        ? Undefined.of("the value of an 'if' without 'else'")
        : evaluate(expr.otherwise());
  }

  @Override
  public Object attribute(Expr.Attribute expr) {
    Object object = evaluate(expr.object());
    run.at(expr.line());
    return Attributes.attribute(run, object, expr.name());
  }

  @Override
  public Object item(Expr.Item expr) {
    Object object = evaluate(expr.object());
    Object index = evaluate(expr.index());
    run.at(expr.line());
    return Attributes.item(run, object, index);
  }

  @Override
  public Object slice(Expr.Slice expr) {
    Object object = evaluate(expr.object());
    Object start = bound(expr.start());
    Object stop = bound(expr.stop());
    Object step = bound(expr.step());
    run.at(expr.line());
    return Sequences.slice(run, object, start, stop, step);
  }

  private Object bound(Expr expr) {
    return expr == null ? None.NONE : evaluate(expr);
  }

  @Override
  public Object call(Expr.Call expr) {
    return call(expr, null);
  }

  /** Calls; the body of a call block is given as {@code caller}. */
  Object call(Expr.Call expr, Object caller) {
    Object function = evaluate(expr.function());
    CallArguments arguments = arguments(expr.arguments());
    run.at(expr.line());
    if (caller != null) {
      if (arguments.named().containsKey("caller")) {
        throw Failure.runtime("'caller' is given twice");
      }
      arguments = arguments.with("caller", caller);
    }
    if (function instanceof Callable callable) {
      return callable.call(run, arguments);
    }
    throw Types.wrong("something to call", function);
  }

  private CallArguments arguments(Expr.Arguments given) {
    if (given.isEmpty()) {
      return CallArguments.NONE;
    }
    List<Object> positional = evaluateAll(given.positional());
    Map<String, Object> named = Map.of();
    if (!given.names().isEmpty()) {
      named = new LinkedHashMap<>();
      for (int i = 0; i < given.names().size(); i++) {
        named.put(given.names().get(i), evaluate(given.keywords().get(i)));
      }
    }
    if (given.rest() != null) {
      List<Object> rest = Sequences.toList(run, evaluate(given.rest()));
      run.budget().list(rest.size());
      positional.addAll(rest);
    }
    if (given.more() != null) {
      named = withMore(named, evaluate(given.more()));
    }
    return new CallArguments(positional, named);
  }

  private Map<String, Object> withMore(Map<String, Object> named, Object more) {
    if (!(more instanceof DictValue dict)) {
      throw Types.wrong("a dict of arguments", more);
    }
    Map<String, Object> all = new LinkedHashMap<>(named);
    for (DictValue.Entry entry : dict.entries()) {
      run.budget().step();
      String name = Types.text(entry.key());
      if (all.put(name, entry.value()) != null) {
        throw Failure.runtime("the argument " + Types.described(name) + " is given twice");
      }
    }
    return all;
  }

  @Override
  public Object filtered(Expr.Filtered expr) {
    return filter(expr.filter(), evaluate(expr.input()));
  }

  Object filter(Expr.FilterUse use, Object input) {
    CallArguments arguments = arguments(use.arguments());
    run.at(use.line());
    return Filters.apply(run, use.name(), input, arguments);
  }

  @Override
  public Object tested(Expr.Tested expr) {
    Object value = evaluate(expr.input());
    CallArguments arguments = arguments(expr.arguments());
    run.at(expr.line());
    return Tests.apply(run, expr.name(), value, arguments);
  }
}
