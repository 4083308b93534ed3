package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Makes trees of what operators stand between: literals, names, and what is asked of them. */
final class PrimaryParser {
  private final TokenReader tokens;
  private final NamesInUse names;
  private final ExpressionParser expressions;

  PrimaryParser(TokenReader tokens, NamesInUse names, ExpressionParser expressions) {
    this.tokens = tokens;
    this.names = names;
    this.expressions = expressions;
  }

  Expr primary() {
    Token token = tokens.current();
    switch (token.kind()) {
      case NAME -> {
        tokens.next();
        return name(token);
      }
      case NUMBER -> {
        tokens.next();
        return new Expr.Const(token.value());
      }
      case STRING -> {
        return new Expr.Const(strings());
      }
      case OPERATOR -> {
        switch (token.text()) {
          case "(" -> {
            tokens.next();
            Expr inner = expressions.tuple(true, true);
            tokens.expectOperator(")");
            return inner;
          }
          case "[" -> {
            return list();
          }
          case "{" -> {
            return dict();
          }
          default -> throw tokens.unexpected("an expression");
        }
      }
      default -> throw tokens.unexpected("an expression");
    }
  }

  private Expr name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expr.Const(true);
      case "false", "False" -> new Expr.Const(false);
      case "none", "None" -> new Expr.Const(None.NONE);
      default -> {
        names.read(token.text());
        yield new Expr.Name(token.text(), token.line());
      }
    };
  }

  /** One string; literals beside each other are one, as in Python. */
  private String strings() {
    StringBuilder text = new StringBuilder();
    while (tokens.at(Token.Kind.STRING)) {
      text.append(tokens.next().text());
    }
    return text.toString();
  }

  private Expr list() {
    tokens.expectOperator("[");
    List<Expr> items = new ArrayList<>();
    while (!tokens.atOperator("]")) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.atOperator("]")) {
          break;
        }
      }
      items.add(expressions.expression());
    }
    tokens.expectOperator("]");
    return new Expr.ListOf(List.copyOf(items));
  }

  private Expr dict() {
    int line = tokens.current().line();
    tokens.expectOperator("{");
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.atOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.atOperator("}")) {
          break;
        }
      }
      keys.add(expressions.expression());
      tokens.expectOperator(":");
      values.add(expressions.expression());
    }
    tokens.expectOperator("}");
    return new Expr.DictOf(List.copyOf(keys), List.copyOf(values), line);
  }

  /** What follows a value directly: attributes, items and calls. */
  Expr postfix(Expr value) {
    Expr expr = value;
    for (int levels = 0; ; levels++) {
      tokens.enter();
      if (tokens.atOperator(".")) {
        expr = attribute(expr);
      } else if (tokens.atOperator("[")) {
        expr = item(expr);
      } else if (tokens.atOperator("(")) {
        expr = call(expr);
      } else {
        tokens.leave(levels + 1);
        return expr;
      }
    }
  }

  private Expr attribute(Expr object) {
    int line = tokens.next().line();
    if (tokens.at(Token.Kind.NUMBER) && !(tokens.current().value() instanceof Double)) {
      return new Expr.Item(object, new Expr.Const(tokens.next().value()), line);
    }
    String name = tokens.expect(Token.Kind.NAME, "a name or a number").text();
    return new Expr.Attribute(object, name, line);
  }

  private Expr item(Expr object) {
    int line = tokens.next().line();
    List<Expr> parts = new ArrayList<>();
    Expr slice = null;
    while (!tokens.atOperator("]")) {
      if (!parts.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (tokens.atOperator(":")) {
        slice = slice(object, null, line);
        parts.add(slice);
        continue;
      }
      Expr part = expressions.expression();
      if (tokens.atOperator(":")) {
        slice = slice(object, part, line);
        part = slice;
      }
      parts.add(part);
    }
    tokens.expectOperator("]");
    if (slice != null) {
      if (parts.size() > 1) {
        throw TokenReader.syntax(line, "a slice among several indices");
      }
      return slice;
    }
    return new Expr.Item(
        object, parts.size() == 1 ? parts.get(0) : new Expr.Tuple(List.copyOf(parts)), line);
  }

  private Expr slice(Expr object, Expr start, int line) {
    tokens.expectOperator(":");
    Expr stop = isBoundEnd() ? null : expressions.expression();
    Expr step = null;
    if (tokens.skipOperator(":")) {
      step = isBoundEnd() ? null : expressions.expression();
    }
    return new Expr.Slice(object, start, stop, step, line);
  }

  private boolean isBoundEnd() {
    return tokens.atOperator(":") || tokens.atOperator("]") || tokens.atOperator(",");
  }

  Expr.Call call(Expr function) {
    int line = tokens.current().line();
    return new Expr.Call(function, arguments(), line);
  }

  Expr.Arguments arguments() {
    int line = tokens.current().line();
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    List<String> keywordNames = new ArrayList<>();
    List<Expr> keywords = new ArrayList<>();
    Expr rest = null;
    Expr more = null;
    boolean first = true;
    while (!tokens.atOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.atOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.skipOperator("*")) {
        require(rest == null && more == null, line);
        rest = expressions.expression();
      } else if (tokens.skipOperator("**")) {
        require(more == null, line);
        more = expressions.expression();
      } else if (tokens.at(Token.Kind.NAME) && tokens.following().isOperator("=")) {
        require(more == null, line);
        keywordNames.add(tokens.next().text());
        tokens.next();
        keywords.add(expressions.expression());
      } else {
        require(rest == null && more == null && keywords.isEmpty(), line);
        positional.add(expressions.expression());
      }
    }
    tokens.expectOperator(")");
    if (new HashSet<>(keywordNames).size() < keywordNames.size()) {
      throw TokenReader.syntax(line, "a keyword argument is given twice");
    }
    return new Expr.Arguments(
        List.copyOf(positional), List.copyOf(keywordNames), List.copyOf(keywords), rest, more);
  }

  private static void require(boolean condition, int line) {
    if (!condition) {
      throw TokenReader.syntax(line, "arguments in an order that Python does not allow");
    }
  }
}
