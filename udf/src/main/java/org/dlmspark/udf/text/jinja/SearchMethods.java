package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The methods of Python's {@code str} that look for a part: find, count, split, partition. */
final class SearchMethods {
  static final Map<String, Method.Body> ALL =
      Map.of(
          "find", (run, self, given) -> index(run, "find", self, given),
          "index", (run, self, given) -> index(run, "index", self, given),
          "rfind", (run, self, given) -> index(run, "rfind", self, given),
          "rindex", (run, self, given) -> index(run, "rindex", self, given),
          "count", SearchMethods::count,
          "split", SearchMethods::split,
          "rsplit", SearchMethods::splitFromRight,
          "partition", (run, self, given) -> partition(run, "partition", self, given),
          "rpartition", (run, self, given) -> partition(run, "rpartition", self, given));

  private SearchMethods() {}

  /** The part between two indices; null where the start is beyond the end. */
  static String part(Run run, String text, Object start, Object stop) {
    if (absent(start) && absent(stop)) {
      return text;
    }
    run.budget().scan(text.length());
    long length = Strings.length(text);
    long from = bound(Types.index(start, 0), length);
    long to = Math.min(length, bound(Types.index(stop, length), length));
    if (from > to) {
      return null;
    }
    int begin = text.offsetByCodePoints(0, (int) from);
    return text.substring(begin, text.offsetByCodePoints(begin, (int) (to - from)));
  }

  private static boolean absent(Object value) {
    return value == null || value == None.NONE;
  }

  private static long bound(long given, long length) {
    return given < 0 ? Math.max(0, given + length) : given;
  }

  private static Object index(Run run, String name, Object self, CallArguments given) {
    Object[] values = given.bind(name, 1, 3);
    String wanted = Types.text(values[0]);
    String text = Types.text(self);
    run.budget().scan(text.length());
    String part = part(run, text, values[1], values[2]);
    int found = -1;
    if (part != null) {
      found =
          name.startsWith("r")
              ? Strings.findLast(run, part, wanted)
              : Strings.find(run, part, wanted, 0);
    }
    if (found < 0) {
      if (name.endsWith("index")) {
        throw Failure.runtime("the string has no such part");
      }
      return -1L;
    }
    long before = bound(Types.index(values[1], 0), Strings.length(text));
    return before + part.codePointCount(0, found);
  }

  private static Object count(Run run, Object self, CallArguments given) {
    Object[] values = given.bind("count", 1, 3);
    String wanted = Types.text(values[0]);
    String text = part(run, Types.text(self), values[1], values[2]);
    if (text == null) {
      return 0L;
    }
    if (wanted.isEmpty()) {
      return Strings.length(text) + 1L;
    }
    long count = 0;
    int from = Strings.find(run, text, wanted, 0);
    while (from >= 0) {
      count++;
      run.budget().step();
      from = Strings.find(run, text, wanted, from + wanted.length());
    }
    return count;
  }

  private static Object split(Run run, Object self, CallArguments given) {
    Object[] values = given.bind("split", 0, "sep", "maxsplit");
    long most = most(values[1]);
    String text = Types.text(self);
    run.budget().scan(text.length());
    List<Object> pieces = new ArrayList<>();
    if (absent(values[0])) {
      words(run, text, most, pieces);
    } else {
      pieces(run, text, separator(self, values[0]), most, pieces);
    }
    return list(self, pieces);
  }

  private static void pieces(
      Run run, String text, String separator, long most, List<Object> pieces) {
    int from = 0;
    int at = 0;
    while (pieces.size() < most && (at = Strings.find(run, text, separator, from)) >= 0) {
      pieces.add(text.substring(from, at));
      run.budget().listGrows(pieces.size());
      from = at + separator.length();
    }
    pieces.add(text.substring(from));
  }

  private static long most(Object value) {
    long most = value == null ? -1 : Types.index(value);
    return most < 0 ? Long.MAX_VALUE : most;
  }

  private static String separator(Object self, Object value) {
    String separator = StringMethods.sought(self, value);
    if (separator.isEmpty()) {
      throw Failure.runtime("a string cannot be split at nothing");
    }
    return separator;
  }

  private static Object list(Object self, List<Object> pieces) {
    pieces.replaceAll(piece -> StringMethods.like(self, (String) piece));
    return new ListValue(pieces);
  }

  /** Runs of white space part the words; what is left after the last allowed cut stays as it is. */
  private static void words(Run run, String text, long most, List<Object> pieces) {
    int from = skip(text, 0, true);
    while (from < text.length()) {
      if (pieces.size() == most) {
        pieces.add(text.substring(from));
        return;
      }
      int to = skip(text, from, false);
      pieces.add(text.substring(from, to));
      run.budget().listGrows(pieces.size());
      from = skip(text, to, true);
    }
  }

  private static int skip(String text, int from, boolean space) {
    int index = from;
    while (index < text.length() && Strings.isSpace(text.charAt(index)) == space) {
      index++;
    }
    return index;
  }

  private static Object splitFromRight(Run run, Object self, CallArguments given) {
    Object[] values = given.bind("rsplit", 0, "sep", "maxsplit");
    long most = most(values[1]);
    String text = Types.text(self);
    run.budget().scan(text.length());
    List<Object> pieces = new ArrayList<>();
    if (absent(values[0])) {
      wordsFromRight(run, text, most, pieces);
    } else {
      // From the left of the mirrored text: a search backwards could take hours.
      String separator = Strings.mirrored(separator(self, values[0]));
      pieces(run, Strings.mirrored(text), separator, most, pieces);
      pieces.replaceAll(piece -> Strings.mirrored((String) piece));
    }
    Collections.reverse(pieces);
    return list(self, pieces);
  }

  private static void wordsFromRight(Run run, String text, long most, List<Object> pieces) {
    int end = text.length();
    while (true) {
      while (end > 0 && Strings.isSpace(text.charAt(end - 1))) {
        end--;
      }
      if (end == 0) {
        return;
      }
      if (pieces.size() == most) {
        pieces.add(text.substring(0, end));
        return;
      }
      int start = end;
      while (start > 0 && !Strings.isSpace(text.charAt(start - 1))) {
        start--;
      }
      pieces.add(text.substring(start, end));
      run.budget().listGrows(pieces.size());
      end = start;
    }
  }

  private static Object partition(Run run, String name, Object self, CallArguments given) {
    String separator = separator(self, given.bind(name, 1, 1)[0]);
    String text = Types.text(self);
    boolean last = name.startsWith("r");
    run.budget().scan(text.length());
    int at = last ? Strings.findLast(run, text, separator) : Strings.find(run, text, separator, 0);
    if (at < 0) {
      return last ? parts(self, "", "", text) : parts(self, text, "", "");
    }
    return parts(self, text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  private static Object parts(Object self, String before, String separator, String after) {
    return TupleValue.of(
        StringMethods.like(self, before),
        StringMethods.like(self, separator),
        StringMethods.like(self, after));
  }
}
