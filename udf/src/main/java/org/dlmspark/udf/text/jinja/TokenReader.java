package org.dlmspark.udf.text.jinja;

import java.util.List;

/** A place in the tokens of a template, and how deep the parser stands there. */
final class TokenReader {
  private final List<Token> tokens;
  private final int maxDepth;
  private int index;
  private int depth;

  TokenReader(List<Token> tokens, int maxDepth) {
    this.tokens = tokens;
    this.maxDepth = maxDepth;
  }

  Token current() {
    return tokens.get(index);
  }

  Token following() {
    return tokens.get(Math.min(index + 1, tokens.size() - 1));
  }

  /** The current token, which is left behind. */
  Token next() {
    Token token = current();
    if (index + 1 < tokens.size()) {
      index++;
    }
    return token;
  }

  boolean at(Token.Kind kind) {
    return current().kind() == kind;
  }

  boolean atOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean atName(String name) {
    return current().isName(name);
  }

  boolean skipOperator(String operator) {
    boolean there = atOperator(operator);
    if (there) {
      next();
    }
    return there;
  }

  boolean skipName(String name) {
    boolean there = atName(name);
    if (there) {
      next();
    }
    return there;
  }

  Token expect(Token.Kind kind, String expected) {
    if (!at(kind)) {
      throw unexpected(expected);
    }
    return next();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  JinjaException unexpected(String expected) {
    return syntax("expected " + expected + ", not " + current().described());
  }

  JinjaException syntax(String reason) {
    return syntax(current().line(), reason);
  }

  static JinjaException syntax(int line, String reason) {
    return new JinjaException(JinjaException.Kind.SYNTAX, line, reason);
  }

  /** Parses one level deeper. */
  void enter() {
    if (++depth > maxDepth) {
      throw new JinjaException(
          JinjaException.Kind.BUDGET, current().line(), "nested more than " + maxDepth + " deep");
    }
  }

  void leave() {
    leave(1);
  }

  void leave(int levels) {
    depth -= levels;
  }
}
