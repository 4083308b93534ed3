package org.dlmspark.udf.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A loop and what a template sees of it as {@code loop}; looks ahead only when it is asked to. */
final class LoopValue implements Callable {
  private final Run run;
  private final int depth0;
  private final Callable recursion;
  private final List<Object> lastChanged = new ArrayList<>();
  private Iterator<Object> following;
  private long length;
  private long index0 = -1;
  private Object before;
  private Object current;
  private Object after;
  private boolean changedBefore;

  /**
   * A loop before its first round.
   *
   * @param elements what it goes through
   * @param length how many elements that are; -1 if it is not known before they were gone through
   * @param recursion what {@code loop(elements)} does; null where the loop is not recursive
   */
  LoopValue(Run run, Iterator<Object> elements, long length, int depth0, Callable recursion) {
    this.run = run;
    this.following = elements;
    this.length = length;
    this.depth0 = depth0;
    this.recursion = recursion;
  }

  /** Goes on to the next element; null if there is none. */
  Object advance() {
    Object next = peek();
    if (next == null) {
      return null;
    }
    after = null;
    index0++;
    before = current;
    current = next;
    return next;
  }

  private Object peek() {
    if (after == null && following.hasNext()) {
      after = following.next();
    }
    return after;
  }

  long index() {
    return index0 + 1;
  }

  long length() {
    if (length < 0) {
      List<Object> rest = new ArrayList<>();
      while (following.hasNext()) {
        rest.add(following.next());
        run.budget().listGrows(rest.size());
      }
      following = rest.iterator();
      length = rest.size() + index() + (after == null ? 0 : 1);
    }
    return length;
  }

  /** An attribute; null for one that it has not. */
  Object attribute(String name) {
    return switch (name) {
      case "index" -> index();
      case "index0" -> index0;
      case "revindex" -> length() - index0;
      case "revindex0" -> length() - index();
      case "first" -> index0 == 0;
      case "last" -> peek() == null;
      case "length" -> length();
      case "depth" -> depth0 + 1L;
      case "depth0" -> (long) depth0;
      case "previtem" -> index0 == 0 ? Undefined.of("there is no previous item") : before;
      case "nextitem" -> peek() == null ? Undefined.of("there is no next item") : after;
      case "cycle" -> new Method(this, LoopValue::cycle);
      case "changed" -> new Method(this, LoopValue::changed);
      default -> null;
    };
  }

  private static Object cycle(Run run, Object self, CallArguments given) {
    List<Object> items = given.positional();
    given.bind("cycle", 1, Math.max(1, items.size()));
    return items.get((int) (((LoopValue) self).index0 % items.size()));
  }

  private static Object changed(Run run, Object self, CallArguments given) {
    LoopValue loop = (LoopValue) self;
    given.bind("changed", 0, given.positional().size());
    TupleValue now = new TupleValue(given.positional());
    TupleValue then = new TupleValue(List.copyOf(loop.lastChanged));
    if (loop.changedBefore && Comparison.equal(run, then, now)) {
      return false;
    }
    loop.changedBefore = true;
    loop.lastChanged.clear();
    loop.lastChanged.addAll(given.positional());
    return true;
  }

  @Override
  public Object call(Run callingRun, CallArguments arguments) {
    if (recursion == null) {
      throw Failure.runtime("a loop that is not marked as recursive cannot be called");
    }
    return recursion.call(callingRun, arguments);
  }
}
