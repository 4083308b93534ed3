package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Carries out statements and collects what they print. */
final class Executor implements Stmt.Visitor<Executor.Flow> {
  /** How a statement ends. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Run run;
  private final Evaluator evaluator;
  private final Output out;

  Executor(Run run, Scope scope) {
    this.run = run;
    this.out = new Output(run.budget());
    this.evaluator = new Evaluator(run, scope);
  }

  String render(Frame template) {
    evaluator.enter(template.scope(evaluator.scope()));
    execute(template.body());
    return out.text();
  }

  private Flow execute(List<Stmt> body) {
    Budget budget = run.budget();
    budget.enter();
    Flow flow = Flow.NEXT;
    for (int i = 0; i < body.size() && flow == Flow.NEXT; i++) {
      budget.step();
      flow = body.get(i).accept(this);
    }
    budget.leave();
    return flow;
  }

  private Flow executeIn(Scope scope, Frame frame) {
    Scope outer = evaluator.scope();
    evaluator.enter(scope);
    Flow flow = execute(frame.body());
    evaluator.enter(outer);
    return flow;
  }

  @Override
  public Flow text(Stmt.Text statement) {
    out.write(statement.text());
    return Flow.NEXT;
  }

  @Override
  public Flow print(Stmt.Print statement) {
    Object value = evaluator.evaluate(statement.value());
    run.at(statement.line());
    out.write(Printer.text(run, value));
    return Flow.NEXT;
  }

  @Override
  public Flow branch(Stmt.If statement) {
    for (int i = 0; i < statement.tests().size(); i++) {
      if (evaluator.isTrue(statement.tests().get(i))) {
        return execute(statement.bodies().get(i));
      }
    }
    return execute(statement.otherwise());
  }

  @Override
  public Flow loop(Stmt.For statement) {
    Object elements = evaluator.evaluate(statement.elements());
    run.at(statement.line());
    if (statement.recursive()) {
      out.write(recursion(statement, evaluator.scope(), elements, 0));
      return Flow.NEXT;
    }
    return loop(statement, elements, 0, null);
  }

  private String recursion(Stmt.For statement, Scope scope, Object elements, int depth) {
    Callable deeper =
        (callingRun, arguments) ->
            recursion(statement, scope, arguments.bind("loop", 1, "iterable")[0], depth + 1);
    StringBuilder outer = out.capture();
    Scope callingScope = evaluator.scope();
    evaluator.enter(scope);
    run.budget().enter();
    loop(statement, elements, depth, deeper);
    run.budget().leave();
    evaluator.enter(callingScope);
    return out.release(outer);
  }

  private Flow loop(Stmt.For statement, Object elements, int depth, Callable deeper) {
    Scope outer = evaluator.scope();
    Iterator<Object> items = Sequences.iterator(run, elements);
    long length = -1;
    if (statement.test() != null) {
      items = selected(statement, outer, items);
    } else if (Types.isString(elements)) {
      length = (Long) Sequences.length(run, elements);
    } else {
      length = Sequences.lengthOrMinus(elements);
    }
    LoopValue loop = new LoopValue(run, items, length, depth, deeper);
    // A round that is left early does not count, as in Jinja2.
    boolean completed = false;
    Object item;
    while ((item = loop.advance()) != null) {
      run.budget().step();
      evaluator.enter(statement.body().scope(outer));
      evaluator.scope().set("loop", loop);
      assign(statement.target(), item);
      Flow flow = execute(statement.body().body());
      completed |= flow == Flow.NEXT;
      if (flow == Flow.BREAK) {
        break;
      }
    }
    evaluator.enter(outer);
    return completed
        ? Flow.NEXT
        : executeIn(statement.otherwise().scope(outer), statement.otherwise());
  }

  private Iterator<Object> selected(Stmt.For statement, Scope outer, Iterator<Object> items) {
    return IteratorValue.lazily(
        items,
        item -> {
          run.budget().step();
          Scope looping = evaluator.scope();
          evaluator.enter(new Scope(outer));
          assign(statement.target(), item);
          boolean taken = evaluator.isTrue(statement.test());
          Object passed = taken ? read(statement.target(), item) : null;
          evaluator.enter(looping);
          return passed;
        });
  }

  /** What a loop's test passes on: the parts that it took an element apart into. */
  private Object read(Stmt.Target target, Object item) {
    if (!(target instanceof Stmt.TupleTarget tuple)) {
      return item;
    }
    List<Object> parts = new ArrayList<>();
    for (Stmt.Target part : tuple.targets()) {
      Object value =
          part instanceof Stmt.NameTarget name ? evaluator.scope().find(name.name()) : null;
      parts.add(read(part, value));
    }
    return new TupleValue(parts);
  }

  private void assign(Stmt.Target target, Object value) {
    if (target instanceof Stmt.NameTarget name) {
      evaluator.scope().set(name.name(), value);
    } else if (target instanceof Stmt.NamespaceTarget attribute) {
      namespace(attribute).attributes().put(attribute.attribute(), value);
    } else if (target instanceof Stmt.TupleTarget tuple) {
      List<Stmt.Target> targets = tuple.targets();
      List<Object> values = Sequences.toList(run, value);
      if (values.size() != targets.size()) {
        throw Failure.runtime(
            "expected " + targets.size() + " values to take apart, not " + values.size());
      }
      for (int i = 0; i < values.size(); i++) {
        assign(targets.get(i), values.get(i));
      }
    }
  }

  private NamespaceValue namespace(Stmt.NamespaceTarget target) {
    run.at(target.line());
    if (evaluator.scope().find(target.name()) instanceof NamespaceValue namespace) {
      return namespace;
    }
    throw Failure.runtime(Types.described(target.name()) + " is no namespace to set a value in");
  }

  @Override
  public Flow assign(Stmt.Assign statement) {
    Object value = evaluator.evaluate(statement.value());
    run.at(statement.line());
    assign(statement.target(), value);
    return Flow.NEXT;
  }

  @Override
  public Flow assignBody(Stmt.AssignBody statement) {
    return captured(
        statement.body(),
        statement.filters(),
        statement.line(),
        value -> assign(statement.target(), value));
  }

  /** Executes a body and hands on what it prints, through the filters; not if it is left early. */
  private Flow captured(
      Frame body, List<Expr.FilterUse> filters, int line, Consumer<Object> taker) {
    Scope outer = evaluator.scope();
    Scope inner = body.scope(outer);
    StringBuilder before = out.capture();
    Flow flow = executeIn(inner, body);
    Object value = out.release(before);
    if (flow == Flow.NEXT) {
      evaluator.enter(inner);
      for (Expr.FilterUse filter : filters) {
        value = evaluator.filter(filter, value);
      }
      evaluator.enter(outer);
      run.at(line);
      taker.accept(value);
    }
    return flow;
  }

  @Override
  public Flow filterBody(Stmt.FilterBody statement) {
    return captured(
        statement.body(),
        statement.filters(),
        statement.line(),
        value -> out.write(Types.text(value)));
  }

  @Override
  public Flow with(Stmt.With statement) {
    Scope inner = statement.body().scope(evaluator.scope());
    List<Object> values = new ArrayList<>();
    for (Expr value : statement.values()) {
      values.add(evaluator.evaluate(value));
    }
    run.at(statement.line());
    Scope outer = evaluator.scope();
    evaluator.enter(inner);
    for (int i = 0; i < values.size(); i++) {
      assign(statement.targets().get(i), values.get(i));
    }
    evaluator.enter(outer);
    return executeIn(inner, statement.body());
  }

  @Override
  public Flow scoped(Stmt.Scoped statement) {
    return executeIn(statement.body().scope(evaluator.scope()), statement.body());
  }

  @Override
  public Flow defineMacro(Stmt.DefineMacro statement) {
    Scope scope = evaluator.scope();
    scope.set(statement.macro().name(), new MacroValue(this, statement.macro(), scope));
    return Flow.NEXT;
  }

  @Override
  public Flow callBody(Stmt.CallBody statement) {
    Object caller = new MacroValue(this, statement.caller(), evaluator.scope());
    Object value = evaluator.call(statement.call(), caller);
    run.at(statement.line());
    out.write(Types.text(value));
    return Flow.NEXT;
  }

  @Override
  public Flow jump(Stmt.Jump statement) {
    return statement.leaves() ? Flow.BREAK : Flow.CONTINUE;
  }

  /** What a macro prints for its arguments. */
  String invoke(MacroValue called, CallArguments arguments) {
    Stmt.Macro macro = called.macro();
    Scope scope = macro.body().scope(called.definedIn());
    List<Integer> missing = MacroArguments.place(macro, arguments, scope);
    Scope outer = evaluator.scope();
    evaluator.enter(scope);
    run.budget().enter();
    int firstDefault = macro.parameters().size() - macro.defaults().size();
    for (int index : missing) {
      if (index >= firstDefault) {
        Object value = evaluator.evaluate(macro.defaults().get(index - firstDefault));
        scope.set(macro.parameters().get(index), value);
      }
    }
    StringBuilder printed = out.capture();
    execute(macro.body().body());
    String text = out.release(printed);
    run.budget().leave();
    evaluator.enter(outer);
    return text;
  }
}
