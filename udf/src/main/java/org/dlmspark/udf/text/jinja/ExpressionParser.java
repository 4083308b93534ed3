package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Makes trees of expressions, with Jinja2's precedence. */
final class ExpressionParser {
  private static final int OR = 1;
  private static final int AND = 2;
  private static final int NOT = 3;
  private static final int COMPARE = 4;
  private static final int SUM = 5;
  private static final int CONCAT = 6;
  private static final int PRODUCT = 7;
  private static final int POWER = 8;

  private static final Set<String> TEST_ENDS = Set.of("else", "or", "and");

  private final TokenReader tokens;
  private final NamesInUse names;
  private final PrimaryParser primaries;

  ExpressionParser(TokenReader tokens, NamesInUse names) {
    this.tokens = tokens;
    this.names = names;
    this.primaries = new PrimaryParser(tokens, names, this);
  }

  /** An expression, with {@code a if b else c}. */
  Expr expression() {
    int known = names.unknownCount();
    Expr expr = operators(OR);
    int levels = 0;
    for (; tokens.skipName("if"); levels++) {
      tokens.enter();
      Expr test = operators(OR);
      Expr otherwise = tokens.skipName("else") ? expression() : null;
      expr = new Expr.Choice(test, expr, otherwise);
      // The choice may keep off what there is not, and often does: 'x' is filter.
      names.allowFrom(known);
    }
    tokens.leave(levels);
    return expr;
  }

  private Expr expression(boolean withChoice) {
    return withChoice ? expression() : operators(OR);
  }

  /**
   * An expression, or a tuple without parentheses.
   *
   * @param withChoice whether {@code if} continues the expression
   */
  Expr tuple(boolean withChoice) {
    return tuple(withChoice, false);
  }

  Expr tuple(boolean withChoice, boolean mayBeEmpty) {
    List<Expr> items = new ArrayList<>();
    boolean isTuple = false;
    while (true) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (isTupleEnd()) {
        break;
      }
      items.add(expression(withChoice));
      if (!tokens.atOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (!isTuple && !items.isEmpty()) {
      return items.get(0);
    }
    if (!isTuple && !mayBeEmpty) {
      throw tokens.unexpected("an expression");
    }
    return new Expr.Tuple(List.copyOf(items));
  }

  boolean isTupleEnd() {
    return tokens.at(Token.Kind.VARIABLE_END)
        || tokens.at(Token.Kind.BLOCK_END)
        || tokens.atOperator(")");
  }

  /** Operators that bind at least as strongly as a level, and their operands. */
  private Expr operators(int level) {
    tokens.enter();
    Expr left;
    if (level <= NOT && tokens.skipName("not")) {
      left = new Expr.Not(operators(NOT));
    } else {
      left = unary(true);
    }
    // Each operator puts what is before it one level down in the tree.
    for (int levels = 1; ; levels++) {
      Token token = tokens.current();
      int binding = level(token);
      if (binding < level) {
        tokens.leave(levels);
        return left;
      }
      tokens.enter();
      left =
          switch (binding) {
            case OR, AND -> {
              tokens.next();
              yield new Expr.Logic(binding == AND, left, operators(binding + 1));
            }
            case COMPARE -> comparisons(left);
            case CONCAT -> concat(left);
            default -> {
              tokens.next();
              yield new Expr.Binary(token.text(), left, operators(binding + 1), token.line());
            }
          };
    }
  }

  private int level(Token token) {
    if (token.kind() == Token.Kind.NAME) {
      return switch (token.text()) {
        case "or" -> OR;
        case "and" -> AND;
        case "in" -> COMPARE;
        case "not" -> tokens.following().isName("in") ? COMPARE : 0;
        default -> 0;
      };
    }
    if (token.kind() != Token.Kind.OPERATOR) {
      return 0;
    }
    return switch (token.text()) {
      case "==", "!=", "<", "<=", ">", ">=" -> COMPARE;
      case "+", "-" -> SUM;
      case "~" -> CONCAT;
      case "*", "/", "//", "%" -> PRODUCT;
      case "**" -> POWER;
      default -> 0;
    };
  }

  private Expr comparisons(Expr first) {
    int line = tokens.current().line();
    List<String> operators = new ArrayList<>();
    List<Expr> others = new ArrayList<>();
    while (level(tokens.current()) == COMPARE) {
      String operator = tokens.next().text();
      if (operator.equals("not")) {
        tokens.next();
        operator = "not in";
      }
      operators.add(operator);
      others.add(operators(COMPARE + 1));
    }
    return new Expr.Compare(first, List.copyOf(operators), List.copyOf(others), line);
  }

  private Expr concat(Expr first) {
    int line = tokens.current().line();
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(operators(CONCAT + 1));
    }
    return new Expr.Concat(List.copyOf(parts), line);
  }

  private Expr unary(boolean withFilters) {
    Token token = tokens.current();
    Expr expr;
    if (token.isOperator("-") || token.isOperator("+")) {
      tokens.next();
      tokens.enter();
      expr = new Expr.Sign(token.text().equals("-"), unary(false), token.line());
      tokens.leave();
    } else {
      expr = primaries.primary();
    }
    expr = primaries.postfix(expr);
    // -1|abs is (-1)|abs, and -x.y is -(x.y).
    return withFilters ? filters(expr) : expr;
  }

  private Expr filters(Expr input) {
    Expr expr = input;
    for (int levels = 0; ; levels++) {
      tokens.enter();
      if (tokens.atOperator("|")) {
        tokens.next();
        expr = new Expr.Filtered(expr, filter());
      } else if (tokens.atName("is")) {
        expr = test(expr);
      } else if (tokens.atOperator("(")) {
        expr = primaries.call(expr);
      } else {
        tokens.leave(levels + 1);
        return expr;
      }
    }
  }

  /** The filters {@code a|b(1)|c}, without their input. */
  List<Expr.FilterUse> filterList() {
    List<Expr.FilterUse> filters = new ArrayList<>();
    do {
      filters.add(filter());
    } while (tokens.skipOperator("|"));
    return List.copyOf(filters);
  }

  private Expr.FilterUse filter() {
    int line = tokens.current().line();
    String name = dottedName("the name of a filter");
    if (!Filters.has(name)) {
      names.unknown("the filter '" + name + "'", line);
    }
    Expr.Arguments arguments = tokens.atOperator("(") ? primaries.arguments() : Expr.Arguments.NONE;
    return new Expr.FilterUse(name, arguments, line);
  }

  private String dottedName(String expected) {
    StringBuilder name = new StringBuilder(tokens.expect(Token.Kind.NAME, expected).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Token.Kind.NAME, expected).text());
    }
    return name.toString();
  }

  private Expr test(Expr input) {
    tokens.next();
    boolean negated = tokens.skipName("not");
    int line = tokens.current().line();
    String name = dottedName("the name of a test");
    if (!Tests.has(name)) {
      names.unknown("the test '" + name + "'", line);
    }
    Expr.Arguments arguments = Expr.Arguments.NONE;
    if (tokens.atOperator("(")) {
      arguments = primaries.arguments();
    } else if (startsTestArgument(tokens.current())) {
      if (tokens.atName("is")) {
        throw tokens.syntax("a test of a test needs parentheses");
      }
      Expr argument = primaries.postfix(primaries.primary());
      arguments = new Expr.Arguments(List.of(argument), List.of(), List.of(), null, null);
    }
    Expr test = new Expr.Tested(input, name, arguments, line);
    return negated ? new Expr.Not(test) : test;
  }

  private static boolean startsTestArgument(Token token) {
    return switch (token.kind()) {
      case NAME -> !TEST_ENDS.contains(token.text());
      case STRING, NUMBER -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }
}
