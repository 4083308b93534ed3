package org.dlmspark.udf.text.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the parser has to know about names: which special arguments the macros around it ask for,
 * whether a loop owns {@code loop}, and which filters and tests there are not.
 */
final class NamesInUse {
  private final Deque<SpecialNames> macros = new ArrayDeque<>();
  private final List<Unknown> unknown = new ArrayList<>();
  private int loops;

  /** What a macro body asks for without having set it itself. */
  static final class SpecialNames {
    private final Set<String> notSet = new HashSet<>(List.of("caller", "varargs", "kwargs"));
    private final Set<String> used = new HashSet<>();

    boolean uses(String name) {
      return used.contains(name);
    }
  }

  private record Unknown(String what, int line) {}

  void enterMacro() {
    macros.push(new SpecialNames());
  }

  SpecialNames leaveMacro() {
    return macros.pop();
  }

  void enterLoop() {
    loops++;
  }

  void leaveLoop() {
    loops--;
  }

  void read(String name) {
    for (SpecialNames names : macros) {
      if (names.notSet.contains(name)) {
        names.used.add(name);
      }
    }
  }

  void set(String name, int line) {
    if (loops > 0 && name.equals("loop")) {
      throw TokenReader.syntax(line, "loop cannot be set inside a loop");
    }
    for (SpecialNames names : macros) {
      if (!names.used.contains(name)) {
        names.notSet.remove(name);
      }
    }
  }

  void unknown(String what, int line) {
    unknown.add(new Unknown(what, line));
  }

  /** How many unknown names there are by now. */
  int unknownCount() {
    return unknown.size();
  }

  /** Leaves the unknown names from there on to the rendering, which may not come to them. */
  void allowFrom(int count) {
    unknown.subList(count, unknown.size()).clear();
  }

  void refuseUnknown() {
    if (!unknown.isEmpty()) {
      Unknown first = unknown.get(0);
      throw new JinjaException(
          JinjaException.Kind.UNSUPPORTED, first.line(), first.what() + " is not supported");
    }
  }
}
