package org.dlmspark.udf.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.tree.Node;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A chat template as Jinjava renders it.
 *
 * <p>A template is somebody else's program, so it gets little: maps, lists, strings, the tags and
 * filters listed here, the functions {@code raise_exception}, {@code range} and {@code namespace}
 * and Jinjava's date functions, and no Java object, file or other template. Its source, its output,
 * every value it computes, its time and all memory it takes are bounded. What it prints is never
 * looked at as a template again, nor escaped.
 *
 * <p>Known differences from Jinja2: a variable set inside a loop keeps its value in the next round;
 * {@code a and b} is true or false, not one of the two; {@code undefined + 'text'} gives {@code
 * nulltext} and {@code undefined.method()} nothing, where Jinja2 fails; {@code raw}, {@code
 * include}, {@code import}, {@code call}, {@code tojson} and the filters that compute numbers of
 * any length ({@code abs}, {@code round}, {@code sum}) are not there; slices have no step.
 *
 * <p>Safe for use by several threads; they render one after the other, each well below a
 * millisecond.
 */
final class JinjavaTemplate {
  private static final int MAX_LOOP = 1_000;

  private static final Set<String> TAGS =
      Set.of(
          "if",
          "elif",
          "else",
          "endif",
          "for",
          "endfor",
          "set",
          "endset",
          "macro",
          "endmacro",
          "break",
          "continue",
          "do",
          "print");
  private static final Set<String> FILTERS =
      Set.of(
          "capitalize",
          "count",
          "d",
          "default",
          "dictsort",
          "first",
          "float",
          "int",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "map",
          "reject",
          "rejectattr",
          "replace",
          "reverse",
          "safe",
          "select",
          "selectattr",
          "string",
          "title",
          "trim",
          "unique",
          "upper",
          "wordcount");

  /** All of Jinjava's but those that look for a text in another, see {@link BoundedJinjava}. */
  private static final Set<String> TESTS =
      Set.of(
          "boolean",
          "defined",
          "divisibleby",
          "eq",
          "equalto",
          "==",
          "even",
          "false",
          "float",
          "ge",
          "greaterthan",
          ">=",
          ">",
          "gt",
          "integer",
          "iterable",
          "le",
          "lessthan",
          "<=",
          "<",
          "lower",
          "lt",
          "mapping",
          "ne",
          "none",
          "!=",
          "number",
          "odd",
          "sameas",
          "sequence",
          "string",
          "string_startingwith",
          "true",
          "truthy",
          "undefined",
          "upper");

  private static final LegacyOverrides LIKE_JINJA2 =
      LegacyOverrides.newBuilder()
          .withEvaluateMapKeys(true)
          .withIterateOverMapKeys(true)
          .withUseNaturalOperatorPrecedence(true)
          .withKeepNullableLoopValues(true)
          .withHandleBackslashInQuotesOnly(true)
          .build();

  private final TemplateSource source;
  private final Jinjava jinjava;
  private final ObjectMapper unusedMapper = new ObjectMapper();

  /** Jinjava notes what it resolves in this shared parent of all renderings: one at a time. */
  private final Context library;

  private final Node root;

  /**
   * Parses a template.
   *
   * @param source the template
   * @throws TextException if it is no valid template
   */
  JinjavaTemplate(TemplateSource source) {
    this.source = source;
    this.jinjava = new BoundedJinjava(renderLimits(0));
    jinjava.setResourceLocator(
        (file, charset, interpreter) -> {
          throw new UnsupportedOperationException("no other file can be read: " + file);
        });
    jinjava.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", JinjavaTemplate.class, "raiseException", Object.class));
    Context everything = new Context();
    this.library =
        new Context(
            null,
            null,
            Map.of(
                Library.TAG, namesWithout(everything.getAllTags(), TAGS),
                Library.FILTER, namesWithout(everything.getAllFilters(), FILTERS),
                Library.EXP_TEST, namesWithout(everything.getAllExpTests(), TESTS)));
    library.registerFilter(new PythonFilters.Trim());
    library.registerFilter(new PythonFilters.Replace());
    this.root = parse();
  }

  /**
   * Renders the template.
   *
   * @param variables what it may name
   * @param givenCharacters how many characters they hold, which bounds the output
   * @return the text
   * @throws TextException if the template refuses the variables, fails, or goes over a bound
   */
  synchronized String render(Map<String, Object> variables, long givenCharacters) {
    // A template repeats neither itself nor the messages many times over.
    long maxOutput = 65_536 + 4 * (source.text().length() + givenCharacters);
    JinjavaInterpreter interpreter =
        new JinjavaInterpreter(jinjava, new Context(library, variables), renderLimits(maxOutput));
    try {
      String text = interpreter.render(root);
      refuseErrors(interpreter);
      return text;
    } catch (TextException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw source.failed(reason(e), e);
    } finally {
      library.reset();
      jinjava.getGlobalContext().reset();
    }
  }

  private Node parse() {
    JinjavaInterpreter interpreter =
        new JinjavaInterpreter(jinjava, new Context(library), jinjava.getGlobalConfig());
    try {
      Node parsed = interpreter.parse(JinjaSource.withWhitespaceApplied(source.text()));
      refuseErrors(interpreter);
      return parsed;
    } catch (TextException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw source.failed(reason(e), e);
    }
  }

  private JinjavaConfig renderLimits(long maxOutput) {
    RenderBudget budget = new RenderBudget(maxOutput);
    return JinjavaConfig.newBuilder()
        .withLegacyOverrides(LIKE_JINJA2)
        .withNestedInterpretationEnabled(false)
        .withKeepTrailingNewline(true)
        .withElResolver(new TemplateResolver(budget))
        .withObjectUnwrapper(new TemplateValues(maxOutput, budget))
        .withMaxOutputSize(maxOutput)
        .withMaxStringLength(maxOutput)
        .withRangeLimit(MAX_LOOP)
        .withMaxListSize(MAX_LOOP)
        .withMaxMapSize(MAX_LOOP)
        .withProcessors(
            JinjavaProcessors.newBuilder()
                .withNodePreProcessor((node, interpreter) -> budget.check())
                .build())
        // Jinjava would make a new one for each rendering, which takes longer than the rendering.
        .withObjectMapper(unusedMapper)
        .build();
  }

  /** Jinjava goes on after most errors, with nothing in their place. */
  private void refuseErrors(JinjavaInterpreter interpreter) {
    List<TemplateError> errors = interpreter.getErrors();
    if (!errors.isEmpty()) {
      TemplateError first = errors.get(0);
      Exception cause = first.getException();
      throw source.failed(cause == null ? first.getMessage() : reason(cause), cause);
    }
  }

  private static String reason(Throwable thrown) {
    if (thrown instanceof StackOverflowError) {
      return "it is nested too deeply";
    }
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
  }

  private static Set<String> namesWithout(
      Collection<? extends Importable> all, Set<String> allowed) {
    return all.stream()
        .map(Importable::getName)
        .filter(name -> !allowed.contains(name))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The template's own way to refuse messages; found by name. */
  static Object raiseException(Object message) {
    throw new IllegalArgumentException(Objects.toString(message, "raise_exception"));
  }
}
