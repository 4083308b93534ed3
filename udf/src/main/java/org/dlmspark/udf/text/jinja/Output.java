package org.dlmspark.udf.text.jinja;

/** What statements print: into the text of the rendering, or into a value for a while. */
final class Output {
  private final Budget budget;
  private StringBuilder text = new StringBuilder();

  /** How many bodies around are kept as values and not printed. */
  private int captures;

  Output(Budget budget) {
    this.budget = budget;
  }

  String text() {
    return text.toString();
  }

  void write(String piece) {
    long length = (long) text.length() + piece.length();
    if (captures == 0) {
      budget.output(length);
    } else {
      budget.stringGrows(length);
    }
    budget.scan(piece.length());
    text.append(piece);
  }

  /** Keeps what is printed from now on; gives what {@link #release} needs to print again. */
  StringBuilder capture() {
    StringBuilder outer = text;
    text = new StringBuilder();
    captures++;
    return outer;
  }

  /** What was printed since, which goes nowhere else. */
  String release(StringBuilder outer) {
    String kept = text.toString();
    text = outer;
    captures--;
    return kept;
  }
}
