package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.IntStream;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;

/** What a candidate's token and confidence must be, from logits, in doubles, by the definitions. */
final class ChoiceReference {
  /** The tokens of both golden models. */
  static final int VOCABULARY = 256;

  static final int MASK = 255;
  private static final Set<Integer> ENDS = Set.of(254);

  /** A token and its confidence. */
  record Chosen(int token, double confidence) {}

  private ChoiceReference() {}

  /** One row of a model's logits. */
  static double[] row(float[] logits, int row) {
    return IntStream.range(row * VOCABULARY, (row + 1) * VOCABULARY)
        .mapToDouble(i -> logits[i])
        .toArray();
  }

  /** Classifier-free guidance by the textbook. */
  static double[] guided(double[] conditional, double[] unconditional, double scale) {
    return IntStream.range(0, VOCABULARY)
        .mapToDouble(v -> unconditional[v] + (scale + 1) * (conditional[v] - unconditional[v]))
        .toArray();
  }

  static Chosen choose(double[] logits, TokenChoice choice, long noiseKey, boolean endsBarred) {
    double[] open = logits.clone();
    if (endsBarred) {
      ENDS.forEach(end -> open[end] = Double.NEGATIVE_INFINITY);
    }
    double[] model = softmax(open, 1);
    if (!choice.maskMayWin()) {
      open[MASK] = Double.NEGATIVE_INFINITY;
    }
    double temperature = choice.sampling().temperature();
    double divisor = temperature > 0 ? temperature : 1;
    int[] kept = kept(open, softmax(open, divisor), choice);
    int token =
        Arrays.stream(kept)
            .boxed()
            .max(
                Comparator.comparingDouble(
                    v -> open[v] + (temperature > 0 ? temperature * gumbel(noiseKey, v) : 0)))
            .orElseThrow();
    double[] filtered = new double[VOCABULARY];
    Arrays.fill(filtered, Double.NEGATIVE_INFINITY);
    for (int v : kept) {
      filtered[v] = open[v];
    }
    double[] drawnFrom = softmax(filtered, divisor);
    double[] ascending = drawnFrom.clone();
    Arrays.sort(ascending);
    double confidence =
        switch (choice.measure()) {
          case LOW_CONFIDENCE, RANDOM, SEQUENTIAL, P2 -> model[token];
          case MASKGIT_PLUS -> drawnFrom[token];
          case TOPK_MARGIN -> ascending[VOCABULARY - 1] - ascending[VOCABULARY - 2];
          case ENTROPY -> Arrays.stream(drawnFrom).map(p -> p * Math.log(p + 1e-10)).sum();
        };
    return new Chosen(token, confidence);
  }

  /** The tokens that top-p and top-k leave, most probable first. */
  private static int[] kept(double[] open, double[] probability, TokenChoice choice) {
    int[] order =
        IntStream.range(0, VOCABULARY)
            .boxed()
            .filter(v -> open[v] > Double.NEGATIVE_INFINITY)
            .sorted(Comparator.comparingDouble(v -> -open[v]))
            .mapToInt(Integer::intValue)
            .toArray();
    int count = 0;
    double before = 0;
    while (count < order.length && (count == 0 || before <= choice.sampling().topP())) {
      before += probability[order[count++]];
    }
    int topK = choice.sampling().topK();
    return Arrays.copyOf(order, topK > 0 ? Math.min(count, topK) : count);
  }

  /** The distribution that logits and a temperature give. */
  static double[] softmax(double[] logits, double temperature) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double[] weights = Arrays.stream(logits).map(x -> Math.exp((x - most) / temperature)).toArray();
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  /** The Gumbel noise of a token, from the hash of the candidate's key and the token's id. */
  private static double gumbel(long noiseKey, int token) {
    long bits = splitMix(noiseKey + (token + 1) * 0x9E3779B97F4A7C15L) >>> 12;
    return -Math.log(-Math.log((bits + 0.5) * 0x1.0p-52));
  }

  /** SplitMix64's finaliser: here also a source of keys that look random. */
  static long splitMix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Holds a candidate's result against the definition, given the logits of its position. */
  static void check(StepBatch batch, int candidate, TokenChoice choice, double[] logits) {
    Chosen expected =
        choose(logits, choice, batch.noiseKey(candidate), batch.endsBarred(candidate));
    String name = "candidate " + candidate + ", " + choice;
    assertThat(batch.bestToken(candidate)).as(name).isEqualTo(expected.token());
    // Float32 logits of size 1 to 10: their rounding is about 1e-6 of a probability, and a
    // temperature or guidance multiplies it.
    double rounding = 1e-6 * (1 + choice.guidanceScale());
    assertThat(batch.confidence(candidate))
        .as(name)
        .isEqualTo(
            expected.confidence(), within(rounding + 1e-4 * Math.abs(expected.confidence())));
  }
}
