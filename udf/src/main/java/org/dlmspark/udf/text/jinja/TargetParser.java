package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads what a template assigns to: names, attributes of a namespace, tuples, parameters. */
final class TargetParser {
  private static final Set<String> CONSTANTS =
      Set.of("true", "false", "none", "True", "False", "None");

  private final TokenReader tokens;
  private final NamesInUse names;
  private final ExpressionParser expressions;

  TargetParser(TokenReader tokens, NamesInUse names, ExpressionParser expressions) {
    this.tokens = tokens;
    this.names = names;
    this.expressions = expressions;
  }

  /**
   * A target.
   *
   * @param withNamespace whether {@code ns.x} is one
   */
  Stmt.Target target(boolean withNamespace) {
    tokens.enter();
    List<Stmt.Target> targets = new ArrayList<>();
    boolean isTuple = false;
    while (true) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (expressions.isTupleEnd()) {
        break;
      }
      targets.add(single(withNamespace));
      if (!tokens.atOperator(",")) {
        break;
      }
      isTuple = true;
    }
    tokens.leave();
    if (isTuple) {
      return new Stmt.TupleTarget(List.copyOf(targets));
    }
    if (targets.isEmpty()) {
      throw tokens.unexpected("a name");
    }
    return targets.get(0);
  }

  private Stmt.Target single(boolean withNamespace) {
    if (tokens.skipOperator("(")) {
      Stmt.Target inner = target(false);
      tokens.expectOperator(")");
      return inner;
    }
    if (withNamespace && tokens.following().isOperator(".") && !isConstant(tokens.current())) {
      Token namespace = tokens.expect(Token.Kind.NAME, "a name");
      tokens.next();
      String attribute = tokens.expect(Token.Kind.NAME, "a name").text();
      names.read(namespace.text());
      return new Stmt.NamespaceTarget(namespace.text(), attribute, namespace.line());
    }
    return new Stmt.NameTarget(name());
  }

  /** A name that is set. */
  String name() {
    Token token = tokens.expect(Token.Kind.NAME, "a name");
    if (isConstant(token)) {
      throw TokenReader.syntax(token.line(), "'" + token.text() + "' cannot be set");
    }
    names.set(token.text(), token.line());
    return token.text();
  }

  private static boolean isConstant(Token token) {
    return CONSTANTS.contains(token.text());
  }

  /** Parameters of a macro and the defaults of the last of them. */
  record Parameters(List<String> names, List<Expr> defaults) {
    static final Parameters NONE = new Parameters(List.of(), List.of());
  }

  Parameters parameters() {
    tokens.expectOperator("(");
    List<String> parameters = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    while (!tokens.atOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      Token token = tokens.expect(Token.Kind.NAME, "the name of a parameter");
      if (isConstant(token)) {
        throw TokenReader.syntax(token.line(), "'" + token.text() + "' cannot be a parameter");
      }
      parameters.add(token.text());
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.syntax("a parameter without a default after one with a default");
      }
    }
    tokens.expectOperator(")");
    if (new HashSet<>(parameters).size() < parameters.size()) {
      throw tokens.syntax("a parameter is named twice");
    }
    return new Parameters(List.copyOf(parameters), List.copyOf(defaults));
  }
}
