package org.dlmspark.udf.text.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A chat template, ready to be rendered any number of times, by several threads at once.
 *
 * <p>It is Jinja2 as Hugging Face's {@code apply_chat_template} sets it up. What the engine does
 * not know it refuses by name; it never gives another text than Jinja2 in its place. The text
 * depends on the template, the variables and the time that is given, and on nothing else.
 */
public final class JinjaTemplate {
  private final Frame frame;
  private final boolean asksForTime;
  private final Set<String> strings;

  private JinjaTemplate(Frame frame, boolean asksForTime, Set<String> strings) {
    this.frame = frame;
    this.asksForTime = asksForTime;
    this.strings = strings;
  }

  /**
   * Reads a template.
   *
   * @param source its text
   * @param maxDepth how deeply it may be nested, see {@link Limits#maxDepth}
   * @throws JinjaException if it is no template, or uses what this engine does not have
   */
  public static JinjaTemplate parse(String source, int maxDepth) {
    try {
      List<Token> tokens = TemplateLexer.tokens(source);
      Frame frame = StatementParser.parse(tokens, maxDepth);
      return new JinjaTemplate(
          frame,
          texts(tokens, Token.Kind.NAME).contains("strftime_now"),
          texts(tokens, Token.Kind.STRING));
    } catch (StackOverflowError e) {
      throw tooDeep(1);
    }
  }

  private static Set<String> texts(List<Token> tokens, Token.Kind kind) {
    return tokens.stream()
        .filter(token -> token.kind() == kind)
        .map(Token::text)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether the template asks for the time: without, it is the same text at any time. */
  public boolean asksForTime() {
    return asksForTime;
  }

  /** The strings that stand in the template's expressions. */
  public Set<String> strings() {
    return strings;
  }

  /**
   * Renders the template.
   *
   * @param variables what it sees: strings, numbers, booleans, null, and lists and maps of them
   * @param now the time that {@code strftime_now} tells
   * @param limits what the rendering may use
   * @return the text
   * @throws JinjaException if the template raises an exception, fails, or goes over a limit
   * @throws IllegalArgumentException if a variable is something else
   */
  public String render(Map<String, ?> variables, LocalDateTime now, Limits limits) {
    Run run = new Run(new Budget(limits), now);
    Scope scope = new Scope(null);
    variables.forEach((name, value) -> scope.set(name, JavaValues.copy(value)));
    try {
      return new Executor(run, scope).render(frame);
    } catch (Failure e) {
      throw e.at(run.line());
    } catch (StackOverflowError e) {
      // The limit of nesting keeps it from coming to this on a stack of usual size.
      throw tooDeep(run.line());
    }
  }

  private static JinjaException tooDeep(int line) {
    return new JinjaException(
        JinjaException.Kind.BUDGET, line, "nested more deeply than the thread's stack allows");
  }
}
