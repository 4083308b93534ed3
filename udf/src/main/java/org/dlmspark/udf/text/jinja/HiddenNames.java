package org.dlmspark.udf.text.jinja;

import java.util.List;

/**
 * Finds the names that are undefined in a frame from its start because it sets them later.
 *
 * <p>Jinja2 turns names into variables of Python before it knows their values: a frame that sets a
 * name before it reads it itself has a variable of that name, and frames inside see that one, empty
 * as it is, and not what the name is outside.
 */
final class HiddenNames implements Stmt.Visitor<Void> {
  private FrameNames names;

  private HiddenNames(FrameNames names) {
    this.names = names;
  }

  static void find(Frame template) {
    find(template, new FrameNames(null));
  }

  private static void find(Frame frame, FrameNames names) {
    HiddenNames finder = new HiddenNames(names);
    finder.visitAll(frame.body());
    frame.hide(names.hidden());
    // Only now, as the frames inside know all names of this one, the later ones too.
    findInside(frame.body(), names);
  }

  private static void findInside(List<Stmt> body, FrameNames outer) {
    for (Stmt statement : body) {
      FrameNames names = new FrameNames(outer);
      if (statement instanceof Stmt.If branch) {
        branch.bodies().forEach(inner -> findInside(inner, outer));
        findInside(branch.otherwise(), outer);
      } else if (statement instanceof Stmt.For loop) {
        names.parameter("loop");
        parameters(loop.target(), names);
        find(loop.body(), names);
        find(loop.otherwise(), new FrameNames(outer));
      } else if (statement instanceof Stmt.AssignBody assign) {
        find(assign.body(), names);
      } else if (statement instanceof Stmt.FilterBody filter) {
        find(filter.body(), names);
      } else if (statement instanceof Stmt.With with) {
        with.targets().forEach(target -> parameters(target, names));
        find(with.body(), names);
      } else if (statement instanceof Stmt.Scoped scoped) {
        find(scoped.body(), names);
      } else if (statement instanceof Stmt.DefineMacro define) {
        findInMacro(define.macro(), names);
      } else if (statement instanceof Stmt.CallBody call) {
        findInMacro(call.caller(), names);
      }
    }
  }

  private static void findInMacro(Stmt.Macro macro, FrameNames names) {
    macro.parameters().forEach(names::parameter);
    macro.defaults().forEach(value -> NameReader.read(value, names));
    if (macro.usesCaller()) {
      names.parameter("caller");
    }
    if (macro.usesRest()) {
      names.parameter("varargs");
    }
    if (macro.usesMore()) {
      names.parameter("kwargs");
    }
    find(macro.body(), names);
  }

  private static void parameters(Stmt.Target target, FrameNames names) {
    if (target instanceof Stmt.NameTarget name) {
      names.parameter(name.name());
    } else if (target instanceof Stmt.TupleTarget tuple) {
      tuple.targets().forEach(part -> parameters(part, names));
    }
  }

  private void visitAll(List<Stmt> body) {
    body.forEach(statement -> statement.accept(this));
  }

  private void read(Expr expr) {
    NameReader.read(expr, names);
  }

  private void set(Stmt.Target target) {
    if (target instanceof Stmt.NameTarget name) {
      names.set(name.name());
    } else if (target instanceof Stmt.NamespaceTarget namespace) {
      names.read(namespace.name());
    } else if (target instanceof Stmt.TupleTarget tuple) {
      tuple.targets().forEach(this::set);
    }
  }

  @Override
  public Void text(Stmt.Text statement) {
    return null;
  }

  @Override
  public Void print(Stmt.Print statement) {
    read(statement.value());
    return null;
  }

  @Override
  public Void branch(Stmt.If statement) {
    read(statement.tests().get(0));
    FrameNames before = names;
    FrameNames first = branch(statement.bodies().get(0));
    FrameNames others = before.branch();
    for (int i = 1; i < statement.tests().size(); i++) {
      names = others;
      read(statement.tests().get(i));
      others.join(List.of(branch(statement.bodies().get(i))));
    }
    names = before;
    FrameNames last = branch(statement.otherwise());
    before.join(List.of(first, others, last));
    return null;
  }

  private FrameNames branch(List<Stmt> body) {
    FrameNames before = names;
    FrameNames branch = before.branch();
    names = branch;
    visitAll(body);
    names = before;
    return branch;
  }

  @Override
  public Void loop(Stmt.For statement) {
    read(statement.elements());
    return null;
  }

  @Override
  public Void assign(Stmt.Assign statement) {
    read(statement.value());
    set(statement.target());
    return null;
  }

  @Override
  public Void assignBody(Stmt.AssignBody statement) {
    set(statement.target());
    return null;
  }

  @Override
  public Void filterBody(Stmt.FilterBody statement) {
    statement.filters().forEach(filter -> NameReader.read(filter.arguments(), names));
    return null;
  }

  @Override
  public Void with(Stmt.With statement) {
    statement.values().forEach(this::read);
    return null;
  }

  @Override
  public Void scoped(Stmt.Scoped statement) {
    return null;
  }

  @Override
  public Void defineMacro(Stmt.DefineMacro statement) {
    names.set(statement.macro().name());
    return null;
  }

  @Override
  public Void callBody(Stmt.CallBody statement) {
    read(statement.call());
    return null;
  }

  @Override
  public Void jump(Stmt.Jump statement) {
    return null;
  }
}
