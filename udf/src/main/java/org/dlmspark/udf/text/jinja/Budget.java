package org.dlmspark.udf.text.jinja;

/** What is left of the limits of one rendering; every operation asks it before it works. */
final class Budget {
  private final Limits limits;
  private long steps;
  private int depth;

  Budget(Limits limits) {
    this.limits = limits;
    this.steps = limits.maxSteps();
  }

  void step() {
    if (--steps < 0) {
      throw outOfSteps();
    }
  }

  void steps(long count) {
    steps -= count;
    if (steps < 0) {
      throw outOfSteps();
    }
  }

  private Failure outOfSteps() {
    return Failure.budget("more than " + limits.maxSteps() + " steps");
  }

  /** Goes one level down; whoever fails need not come up again, as the rendering ends there. */
  void enter() {
    if (++depth > limits.maxDepth()) {
      throw Failure.budget("nested more than " + limits.maxDepth() + " deep");
    }
  }

  /** Goes through so many iterators that ask each other. */
  void chain(int iterators) {
    if (iterators > limits.maxDepth()) {
      throw Failure.budget("nested more than " + limits.maxDepth() + " deep");
    }
  }

  void leave() {
    depth--;
  }

  /** Looks at so many characters. */
  void scan(long characters) {
    steps(characters >> 4);
  }

  /** Makes a string of so many characters. */
  void string(long characters) {
    if (characters > limits.maxLength()) {
      throw Failure.budget("a string of more than " + limits.maxLength() + " characters");
    }
    steps(characters >> 4);
  }

  /** Makes a list of so many elements. */
  void list(long elements) {
    if (elements > limits.maxLength()) {
      throw Failure.budget("a list of more than " + limits.maxLength() + " elements");
    }
    steps(elements);
  }

  /** Has a list of so many elements after adding one. */
  void listGrows(int elements) {
    if (elements > limits.maxLength()) {
      throw Failure.budget("a list of more than " + limits.maxLength() + " elements");
    }
    step();
  }

  /** Has a string of so many characters after adding some. */
  void stringGrows(long characters) {
    if (characters > limits.maxLength()) {
      throw Failure.budget("a string of more than " + limits.maxLength() + " characters");
    }
    step();
  }

  /** Calculates with two ints of so many bits, which takes the product of their lengths. */
  void product(long bits, long otherBits) {
    steps((bits >> 8) * (otherBits >> 8) + ((bits + otherBits) >> 10));
  }

  /** Gives so many characters in all. */
  void output(long characters) {
    if (characters > limits.maxOutput()) {
      throw Failure.budget("more than " + limits.maxOutput() + " characters of output");
    }
  }
}
