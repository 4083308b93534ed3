package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Makes the tree of a template: plain text, printed values and statements. */
final class StatementParser {
  private static final Set<String> KNOWN_ELSEWHERE =
      Set.of("include", "import", "from", "extends", "block", "autoescape", "do", "debug", "trans");

  private final TokenReader tokens;
  private final NamesInUse names = new NamesInUse();
  private final ExpressionParser expressions;
  private final TargetParser targets;

  /** Whether a branch stands around: it may keep off filters that there are not. */
  private boolean inBranch;

  /** Whether a break or continue has a loop to leave. */
  private boolean inLoop;

  private StatementParser(TokenReader tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens, names);
    this.targets = new TargetParser(tokens, names, expressions);
  }

  static Frame parse(List<Token> tokens, int maxDepth) {
    StatementParser parser = new StatementParser(new TokenReader(tokens, maxDepth));
    Frame template = new Frame(parser.until(Set.of(), "", 1));
    HiddenNames.find(template);
    return template;
  }

  /** The statements up to a tag that ends them; the reader is left at its name. */
  private List<Stmt> until(Set<String> ends, String opened, int openedLine) {
    List<Stmt> body = new ArrayList<>();
    tokens.enter();
    while (true) {
      Token token = tokens.next();
      switch (token.kind()) {
        case END -> {
          if (!ends.isEmpty()) {
            throw TokenReader.syntax(openedLine, "'" + opened + "' is not closed");
          }
          tokens.leave();
          return List.copyOf(body);
        }
        case DATA -> body.add(new Stmt.Text(token.text()));
        case VARIABLE_BEGIN -> {
          Expr value = expressions.tuple(true);
          tokens.expect(Token.Kind.VARIABLE_END, "'}}'");
          checkNames();
          body.add(new Stmt.Print(value, token.line()));
        }
        default -> {
          if (tokens.at(Token.Kind.NAME) && ends.contains(tokens.current().text())) {
            tokens.leave();
            return List.copyOf(body);
          }
          statement(body);
          endOfTag();
        }
      }
    }
  }

  /** The statements of a tag that is still open, and the name of the tag that ends them. */
  private List<Stmt> body(Token opened, String... ends) {
    tokens.skipOperator(":");
    endOfTag();
    return until(Set.of(ends), opened.text(), opened.line());
  }

  /** A body in a frame of its own, where a branch further out counts no more. */
  private Frame framedBody(Token opened, String... ends) {
    boolean outer = inBranch;
    inBranch = false;
    List<Stmt> body = body(opened, ends);
    inBranch = outer;
    return new Frame(body);
  }

  /** A framed body that is a function of its own: no loop around it can be left from there. */
  private Frame functionBody(Token opened, String end) {
    boolean outer = inLoop;
    inLoop = false;
    Frame body = framedBody(opened, end);
    inLoop = outer;
    tokens.next();
    return body;
  }

  private void endOfTag() {
    checkNames();
    tokens.expect(Token.Kind.BLOCK_END, "'%}'");
  }

  private void checkNames() {
    if (inBranch) {
      names.allowFrom(0);
    } else {
      names.refuseUnknown();
    }
  }

  private void statement(List<Stmt> out) {
    Token token = tokens.expect(Token.Kind.NAME, "the name of a tag");
    switch (token.text()) {
      case "if" -> out.add(branch(token));
      case "for" -> out.add(loop(token));
      case "set" -> out.add(assign(token));
      case "with" -> out.add(with(token));
      case "macro" -> out.add(macro(token));
      case "call" -> out.add(callBody(token));
      case "filter" -> out.add(filterBody(token));
      case "print" -> print(token, out);
      case "generation" ->
          out.add(new Stmt.Scoped(functionBody(token, "endgeneration"), token.line()));
      case "break", "continue" -> {
        if (!inLoop) {
          throw TokenReader.syntax(token.line(), "'" + token.text() + "' outside a loop");
        }
        out.add(new Stmt.Jump(token.text().equals("break"), token.line()));
      }
      default -> {
        boolean known = KNOWN_ELSEWHERE.contains(token.text());
        throw new JinjaException(
            known ? JinjaException.Kind.UNSUPPORTED : JinjaException.Kind.SYNTAX,
            token.line(),
            known
                ? "the tag '" + token.text() + "' is not supported"
                : "unexpected tag '" + token.text() + "'");
      }
    }
  }

  private Stmt branch(Token token) {
    boolean outer = inBranch;
    inBranch = true;
    List<Expr> tests = new ArrayList<>();
    List<List<Stmt>> bodies = new ArrayList<>();
    List<Stmt> otherwise = List.of();
    while (true) {
      tests.add(expressions.tuple(false));
      bodies.add(body(token, "elif", "else", "endif"));
      String end = tokens.next().text();
      if (end.equals("else")) {
        otherwise = body(token, "endif");
        tokens.next();
      }
      if (!end.equals("elif")) {
        break;
      }
    }
    names.allowFrom(0);
    inBranch = outer;
    return new Stmt.If(List.copyOf(tests), List.copyOf(bodies), otherwise, token.line());
  }

  private Stmt loop(Token token) {
    names.enterLoop();
    Stmt.Target target = targets.target(false);
    tokens.expectName("in");
    Expr elements = expressions.tuple(false);
    checkNames();
    Expr test = tokens.skipName("if") ? expressions.expression() : null;
    names.refuseUnknown();
    boolean recursive = tokens.skipName("recursive");
    boolean outer = inLoop;
    inLoop = true;
    Frame body = framedBody(token, "endfor", "else");
    inLoop = outer && !recursive;
    Frame otherwise = new Frame(List.of());
    if (tokens.next().text().equals("else")) {
      otherwise = framedBody(token, "endfor");
      tokens.next();
    }
    inLoop = outer;
    names.leaveLoop();
    return new Stmt.For(target, elements, test, recursive, body, otherwise, token.line());
  }

  private Stmt assign(Token token) {
    Stmt.Target target = targets.target(true);
    if (tokens.skipOperator("=")) {
      return new Stmt.Assign(target, expressions.tuple(true), token.line());
    }
    List<Expr.FilterUse> filters = List.of();
    if (tokens.skipOperator("|")) {
      filters = expressions.filterList();
      names.refuseUnknown();
    }
    Frame body = framedBody(token, "endset");
    tokens.next();
    return new Stmt.AssignBody(target, filters, body, token.line());
  }

  private Stmt filterBody(Token token) {
    List<Expr.FilterUse> filters = expressions.filterList();
    names.refuseUnknown();
    Frame body = framedBody(token, "endfilter");
    tokens.next();
    return new Stmt.FilterBody(filters, body, token.line());
  }

  private Stmt with(Token token) {
    List<Stmt.Target> assigned = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.at(Token.Kind.BLOCK_END)) {
      if (!assigned.isEmpty()) {
        tokens.expectOperator(",");
      }
      assigned.add(targets.target(false));
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    Frame body = framedBody(token, "endwith");
    tokens.next();
    return new Stmt.With(List.copyOf(assigned), List.copyOf(values), body, token.line());
  }

  private Stmt macro(Token token) {
    String name = targets.name();
    return new Stmt.DefineMacro(
        function(token, name, targets.parameters(), "endmacro"), token.line());
  }

  private Stmt callBody(Token token) {
    TargetParser.Parameters parameters =
        tokens.atOperator("(") ? targets.parameters() : TargetParser.Parameters.NONE;
    Expr called = expressions.expression();
    if (!(called instanceof Expr.Call call)) {
      throw TokenReader.syntax(token.line(), "'call' needs a call");
    }
    Stmt.Macro caller = function(token, null, parameters, "endcall");
    return new Stmt.CallBody(call, caller, token.line());
  }

  private Stmt.Macro function(
      Token token, String name, TargetParser.Parameters parameters, String end) {
    checkNames();
    names.enterMacro();
    Frame body = functionBody(token, end);
    NamesInUse.SpecialNames used = names.leaveMacro();
    List<String> given = parameters.names();
    boolean usesCaller = used.uses("caller");
    int caller = given.indexOf("caller");
    if (usesCaller && caller >= 0 && caller < given.size() - parameters.defaults().size()) {
      throw TokenReader.syntax(token.line(), "the parameter 'caller' needs a default");
    }
    return new Stmt.Macro(
        name,
        given,
        parameters.defaults(),
        body,
        usesCaller,
        used.uses("varargs") && !given.contains("varargs"),
        used.uses("kwargs") && !given.contains("kwargs"));
  }

  private void print(Token token, List<Stmt> out) {
    boolean first = true;
    while (!tokens.at(Token.Kind.BLOCK_END)) {
      if (!first) {
        tokens.expectOperator(",");
      }
      first = false;
      out.add(new Stmt.Print(expressions.expression(), token.line()));
    }
  }
}
