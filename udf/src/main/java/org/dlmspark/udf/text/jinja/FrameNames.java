package org.dlmspark.udf.text.jinja;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which names a frame reads and sets, in the order in which Jinja2's compiler comes to them. */
final class FrameNames {
  private final FrameNames outer;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> set = new LinkedHashSet<>();

  /** Set before they were read, and known nowhere outside. */
  private final Set<String> hidden = new LinkedHashSet<>();

  FrameNames(FrameNames outer) {
    this.outer = outer;
  }

  private boolean knows(String name) {
    for (FrameNames names = this; names != null; names = names.outer) {
      if (names.known.contains(name)) {
        return true;
      }
    }
    return false;
  }

  void read(String name) {
    if (!knows(name)) {
      known.add(name);
    }
  }

  void set(String name) {
    set.add(name);
    if (known.contains(name)) {
      return;
    }
    if (!knows(name)) {
      hidden.add(name);
    }
    known.add(name);
  }

  void parameter(String name) {
    set.add(name);
    known.add(name);
    hidden.remove(name);
  }

  /** A copy for a branch, which may be taken or not. */
  FrameNames branch() {
    FrameNames copy = new FrameNames(outer);
    copy.known.addAll(known);
    copy.set.addAll(set);
    copy.hidden.addAll(hidden);
    return copy;
  }

  /** Takes over what branches set: where none is taken, a name keeps its meaning from outside. */
  void join(List<FrameNames> branches) {
    Set<String> before = new LinkedHashSet<>(set);
    for (FrameNames branch : branches) {
      known.addAll(branch.known);
      set.addAll(branch.set);
      hidden.addAll(branch.hidden);
    }
    for (FrameNames branch : branches) {
      for (String name : branch.set) {
        if (!before.contains(name)) {
          hidden.remove(name);
        }
      }
    }
  }

  List<String> hidden() {
    return List.copyOf(hidden);
  }
}
