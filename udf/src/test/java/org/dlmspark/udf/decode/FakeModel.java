package org.dlmspark.udf.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * A hand-written model: a token and a confidence that depend on position alone, so that a test can
 * say what must come out. It also checks every batch it gets.
 */
final class FakeModel implements DenoisingModel {

  /** What a candidate gets. */
  interface Rule {
    int token(int position);

    default double confidence(int position) {
      return 0.5;
    }
  }

  private final Rule rule;
  private final List<int[]> activeCounts = new ArrayList<>();

  FakeModel(Rule rule) {
    this.rule = rule;
  }

  @Override
  public void step(StepBatch batch) {
    int[] counts = new int[batch.sequences()];
    int sum = 0;
    for (int s = 0; s < counts.length; s++) {
      counts[s] = batch.activeCount(s);
      sum += counts[s];
      for (int t = 0; t < s; t++) {
        if (overlap(batch, s, t)) {
          throw new AssertionError("sequences " + s + " and " + t + " share buffer rows");
        }
      }
    }
    if (sum != batch.active()) {
      throw new AssertionError("active tokens do not add up");
    }
    activeCounts.add(counts);
    for (int i = 0; i < batch.candidates(); i++) {
      int position = batch.position(batch.candidate(i));
      batch.setResult(i, rule.token(position), rule.confidence(position));
    }
  }

  private static boolean overlap(StepBatch batch, int a, int b) {
    return batch.firstRow(a) < batch.firstRow(b) + batch.length(b)
        && batch.firstRow(b) < batch.firstRow(a) + batch.length(a);
  }

  /** For each step so far the active tokens of its sequences. */
  List<int[]> activeCounts() {
    return activeCounts;
  }
}
