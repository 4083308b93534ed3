package org.dlmspark.udf.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;

/**
 * All that a template can reach with {@code value.name}, {@code value[key]} and {@code
 * value.method(...)}: what is in maps, lists and strings, the {@code loop} variable, and Python's
 * methods of strings and dictionaries. Nothing is looked up by reflection, so no Java object is
 * within reach; a method that is not listed here is refused.
 */
final class TemplateResolver extends ELResolver {
  private final RenderBudget budget;

  /**
   * Creates a resolver for one rendering.
   *
   * @param budget asked at every name and call
   */
  TemplateResolver(RenderBudget budget) {
    this.budget = budget;
  }

  /**
   * {@inheritDoc}
   *
   * @return the attribute or element; null, which Jinja calls undefined, if there is none
   */
  @Override
  public Object getValue(ELContext context, Object base, Object property) {
    budget.check();
    if (base == null) {
      return null;
    }
    context.setPropertyResolved(true);
    String name = String.valueOf(property);
    if (base instanceof Map<?, ?> map) {
      return map.get(name);
    }
    if (base instanceof List<?> list) {
      int index = index(name, list.size());
      return index < 0 ? null : list.get(index);
    }
    if (base instanceof String text) {
      int index = index(name, text.length());
      return index < 0 ? null : text.substring(index, index + 1);
    }
    return base instanceof ForLoop loop ? ofLoop(loop, name) : null;
  }

  /** The position that a Python index means, counted from the end if negative; -1 if outside. */
  private static int index(String name, int size) {
    if (!name.matches("-?\\d{1,9}")) {
      return -1;
    }
    int index = Integer.parseInt(name);
    int position = index < 0 ? index + size : index;
    return position < size ? Math.max(position, -1) : -1;
  }

  private static Object ofLoop(ForLoop loop, String name) {
    return switch (name) {
      case "index" -> loop.getIndex();
      case "index0" -> loop.getIndex0();
      case "revindex" -> loop.getRevindex();
      case "revindex0" -> loop.getRevindex0();
      case "first" -> loop.isFirst();
      case "last" -> loop.isLast();
      case "length" -> loop.getLength();
      default -> throw new IllegalArgumentException("loop." + name + " is not supported");
    };
  }

  @Override
  public Object invoke(
      ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
    budget.check();
    context.setPropertyResolved(true);
    String name = String.valueOf(method);
    Object[] given = arguments == null ? new Object[0] : arguments;
    try {
      return call(base, name, given);
    } catch (IllegalArgumentException e) {
      // Jinjava takes this one for a call that was none of the resolver's, and goes on with null.
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static Object call(Object base, String name, Object[] given) {
    // This is how Jinjava calls `value | filter` and `value is test`.
    if (base instanceof Filter filter && name.equals("filter")) {
      return applyFilter(filter, given);
    }
    if (base instanceof ExpTest test) {
      return applyTest(test, name, given);
    }
    if (base instanceof String text) {
      return ofString(text, name, given);
    }
    if (base instanceof Map<?, ?> map) {
      return ofMap(map, name, given);
    }
    throw refused(name);
  }

  @SuppressWarnings("unchecked")
  private static Object applyFilter(Filter filter, Object[] given) {
    return filter.filter(
        given[0],
        (JinjavaInterpreter) given[1],
        (Object[]) given[2],
        (Map<String, Object>) given[3]);
  }

  private static Object applyTest(ExpTest test, String name, Object[] given) {
    JinjavaInterpreter interpreter = (JinjavaInterpreter) given[1];
    Object[] rest = Arrays.copyOfRange(given, 2, given.length);
    return switch (name) {
      case "evaluate" -> test.evaluate(given[0], interpreter, rest);
      case "evaluateNegated" -> test.evaluateNegated(given[0], interpreter, rest);
      default -> throw refused(name);
    };
  }

  private static Object ofString(String text, String name, Object[] given) {
    return switch (name + "/" + given.length) {
      case "strip/0" -> PythonStrings.strip(text, true, true);
      case "strip/1" -> PythonStrings.strip(text, string(given, 0), true, true);
      case "lstrip/0" -> PythonStrings.strip(text, true, false);
      case "lstrip/1" -> PythonStrings.strip(text, string(given, 0), true, false);
      case "rstrip/0" -> PythonStrings.strip(text, false, true);
      case "rstrip/1" -> PythonStrings.strip(text, string(given, 0), false, true);
      case "startswith/1" -> text.startsWith(string(given, 0));
      case "endswith/1" -> text.endsWith(string(given, 0));
      case "upper/0" -> text.toUpperCase(Locale.ROOT);
      case "lower/0" -> text.toLowerCase(Locale.ROOT);
      case "capitalize/0" -> PythonStrings.capitalize(text);
      case "title/0" -> PythonStrings.title(text);
      case "split/0" -> PythonStrings.split(text);
      case "split/1" -> PythonStrings.split(text, string(given, 0), -1);
      case "split/2" -> PythonStrings.split(text, string(given, 0), ((Number) given[1]).intValue());
      case "replace/2" ->
          PythonStrings.replace(text, string(given, 0), string(given, 1), maxLength());
      case "join/1" -> join(text, given[0]);
      default -> throw refused(name);
    };
  }

  private static String string(Object[] given, int i) {
    if (given[i] instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("a string is expected, not " + given[i]);
  }

  private static String join(String separator, Object list) {
    if (!(list instanceof Iterable<?> iterable)) {
      throw new IllegalArgumentException("join: a list is expected, not " + list);
    }
    List<String> texts =
        StreamSupport.stream(iterable.spliterator(), false)
            .map(String::valueOf)
            .collect(Collectors.toList());
    long length = (long) separator.length() * texts.size();
    for (String text : texts) {
      length += text.length();
    }
    if (length > maxLength()) {
      throw new IllegalArgumentException("join: the result would have " + length + " characters");
    }
    return String.join(separator, texts);
  }

  private static long maxLength() {
    return JinjavaInterpreter.getCurrent().getConfig().getMaxStringLength();
  }

  private static Object ofMap(Map<?, ?> map, String name, Object[] given) {
    return switch (name + "/" + given.length) {
      case "get/1" -> map.get(given[0]);
      case "get/2" -> map.containsKey(given[0]) ? map.get(given[0]) : given[1];
      case "items/0" -> map.entrySet();
      case "keys/0" -> map.keySet();
      case "values/0" -> map.values();
      default -> throw refused(name);
    };
  }

  private static UnsupportedOperationException refused(String method) {
    return new UnsupportedOperationException("the method " + method + "() is not supported");
  }

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return true;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {
    throw new UnsupportedOperationException("assignment to " + property + " is not supported");
  }

  @Override
  public Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return Object.class;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return Collections.emptyIterator();
  }
}
