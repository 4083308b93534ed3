package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dlmspark.udf.model.ChoiceReference.MASK;
import static org.dlmspark.udf.model.ChoiceReference.VOCABULARY;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program's tokens and confidences against their definitions, computed in Java. */
final class TokenChoiceTest {
  private static final Checkpoint LLADA = Checkpoint.open(Golden.goldenModel("llada-tiny"));
  private static final Checkpoint DREAM = Checkpoint.open(Golden.goldenModel("dream-tiny"));
  private static final int END = 254;
  private static final int LENGTH = 16;

  private static TorchDenoisingModel model(Checkpoint checkpoint, boolean grids) {
    return new TorchDenoisingModel(
        checkpoint, new ModelSettings("float32", "cpu", null, 1, 32_768, "grid"), grids);
  }

  private static TokenChoice choice(
      double temperature, double topP, int topK, Remasking measure, boolean maskMayWin) {
    return new TokenChoice(new Sampling(temperature, topP, topK), measure, 0, maskMayWin);
  }

  /** Every measure, with and without temperature, top-p, top-k and the mask. */
  private static List<TokenChoice> choices() {
    List<TokenChoice> choices = new ArrayList<>();
    for (Remasking measure : Remasking.values()) {
      for (double temperature : new double[] {0, 0.25, 1, 1.5}) {
        for (boolean maskMayWin : new boolean[] {false, true}) {
          choices.add(choice(temperature, 1, 0, measure, maskMayWin));
          choices.add(choice(temperature, 0.6, 0, measure, maskMayWin));
          choices.add(choice(temperature, 1e-9, 0, measure, maskMayWin));
          choices.add(choice(temperature, 1, 7, measure, maskMayWin));
          choices.add(choice(temperature, 1, 1, measure, maskMayWin));
          choices.add(choice(temperature, 1, 1000, measure, maskMayWin));
          choices.add(choice(temperature, 0.05, 12, measure, maskMayWin));
          choices.add(choice(temperature, 0.9, 3, measure, maskMayWin));
        }
      }
    }
    return choices;
  }

  /** Tokens that look random; every third position is a mask. */
  private static int token(int sequence, int position) {
    if (position % 3 == 2) {
      return MASK;
    }
    return (int) Long.remainderUnsigned(ChoiceReference.splitMix(97L * sequence + position), 250);
  }

  /** A sequence whose positions are all candidates; ends are barred from its first half. */
  private static void add(StepBatch batch, int sequence, TokenChoice choice, int firstRow) {
    batch.beginSequence(firstRow, LENGTH, choice);
    for (int p = 0; p < LENGTH; p++) {
      batch.addActive(token(sequence, p), p);
      batch.addCandidate(ChoiceReference.splitMix(1000L * sequence + p), p < LENGTH / 2);
    }
  }

  /** The logits of a sequence of its own. */
  private static float[] logits(TorchDenoisingModel model, int sequence) {
    StepBatch batch = new StepBatch();
    add(batch, sequence, choice(0, 1, 0, Remasking.LOW_CONFIDENCE, false), 0);
    return model.logits(batch);
  }

  @Test
  void everyChoiceIsAsDefined() {
    List<TokenChoice> choices = choices();
    try (TorchDenoisingModel model = model(LLADA, false)) {
      for (int s = 0; s < choices.size(); s++) {
        StepBatch batch = new StepBatch();
        add(batch, s, choices.get(s), 0);
        float[] logits = model.logits(batch);
        model.step(batch);
        for (int p = 0; p < LENGTH; p++) {
          ChoiceReference.check(batch, p, choices.get(s), ChoiceReference.row(logits, p));
        }
      }
    }
  }

  /** Sequences with different choices share a step, and each gets what is its own. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void choicesDoNotMix(boolean grids) {
    List<TokenChoice> choices = choices();
    StepBatch batch = new StepBatch();
    for (int s = 0; s < choices.size(); s++) {
      add(batch, s, choices.get(s), s * LENGTH);
    }
    try (TorchDenoisingModel model = model(LLADA, grids)) {
      model.step(batch);
      for (int s = 0; s < choices.size(); s++) {
        float[] logits = logits(model, s);
        for (int p = 0; p < LENGTH; p++) {
          ChoiceReference.check(
              batch, s * LENGTH + p, choices.get(s), ChoiceReference.row(logits, p));
        }
      }
    }
  }

  /** More candidates than the program projects at a time: the chunks are one result. */
  @Test
  void manyCandidatesAreOneResult() {
    List<TokenChoice> choices = choices();
    int sequences = 17_000 / LENGTH;
    StepBatch batch = new StepBatch();
    for (int s = 0; s < sequences; s++) {
      add(batch, s, choices.get(s % choices.size()), s * LENGTH);
    }
    try (TorchDenoisingModel model = model(LLADA, false)) {
      model.step(batch);
      for (int s = 0; s < sequences; s += 7) {
        float[] logits = logits(model, s);
        for (int p = 0; p < LENGTH; p++) {
          ChoiceReference.check(
              batch,
              s * LENGTH + p,
              choices.get(s % choices.size()),
              ChoiceReference.row(logits, p));
        }
      }
    }
  }

  /** The probability of what is left is shared out anew, and an end token that won wins no more. */
  @Test
  void barredEndsAreNeverChosen() {
    TokenChoice plain = choice(0, 1, 0, Remasking.LOW_CONFIDENCE, false);
    try (TorchDenoisingModel model = model(LLADA, false)) {
      int sequence = whereFirst(model, END);
      StepBatch batch = new StepBatch();
      for (boolean barred : new boolean[] {false, true}) {
        batch.clear();
        batch.beginSequence(0, LENGTH, plain);
        for (int p = 0; p < LENGTH; p++) {
          batch.addActive(token(sequence, p), p);
          batch.addCandidate(0, barred);
        }
        float[] logits = model.logits(batch);
        model.step(batch);
        boolean ended = false;
        for (int p = 0; p < LENGTH; p++) {
          ChoiceReference.check(batch, p, plain, ChoiceReference.row(logits, p));
          ended |= batch.bestToken(p) == END;
        }
        assertThat(ended).isEqualTo(!barred);
      }
    }
  }

  @Test
  void theMaskWinsOnlyWhereItMay() {
    try (TorchDenoisingModel model = model(DREAM, false)) {
      int sequence = whereFirst(model, MASK);
      for (boolean maskMayWin : new boolean[] {false, true}) {
        StepBatch batch = new StepBatch();
        add(batch, sequence, choice(0, 1, 0, Remasking.MASKGIT_PLUS, maskMayWin), 0);
        model.step(batch);
        boolean won = false;
        for (int p = 0; p < LENGTH; p++) {
          won |= batch.bestToken(p) == MASK;
        }
        assertThat(won).isEqualTo(maskMayWin);
      }
    }
  }

  /** The first sequence with a position where this token has the largest logit. */
  private static int whereFirst(TorchDenoisingModel model, int token) {
    for (int sequence = 0; sequence < 2000; sequence++) {
      float[] logits = logits(model, sequence);
      for (int p = 0; p < LENGTH; p++) {
        double[] row = ChoiceReference.row(logits, p);
        if (row[token] == Arrays.stream(row).max().orElseThrow()) {
          return sequence;
        }
      }
    }
    throw new AssertionError("token " + token + " is nowhere the most probable");
  }

  /** The keys are fixed, and so is the outcome. */
  @Test
  void drawsFollowTheTemperatureOverTheTokensThatAreLeft() {
    int kept = 5;
    int sequences = 200;
    TokenChoice choice = choice(0.7, 1, kept, Remasking.LOW_CONFIDENCE, false);
    int draws = 0;
    int[] counts = new int[VOCABULARY];
    double[] logits;
    try (TorchDenoisingModel model = model(LLADA, false)) {
      StepBatch batch = new StepBatch();
      for (int round = 0; round < 20; round++) {
        batch.clear();
        for (int s = 0; s < sequences; s++) {
          batch.beginSequence(2 * s, 2, choice);
          batch.addActive(1, 0);
          batch.addActive(2, 1);
          batch.addCandidate(ChoiceReference.splitMix(draws++), false);
        }
        model.step(batch);
        for (int i = 0; i < batch.candidates(); i++) {
          counts[batch.bestToken(i)]++;
        }
      }
      logits = ChoiceReference.row(model.logits(batch), 1);
    }
    logits[MASK] = Double.NEGATIVE_INFINITY;
    double least = Arrays.stream(logits).sorted().skip(VOCABULARY - kept).findFirst().orElseThrow();
    double[] left = Arrays.stream(logits).map(x -> x < least ? -1e9 : x).toArray();
    double[] probability = ChoiceReference.softmax(left, 0.7);
    double chiSquare = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      if (logits[v] < least) {
        assertThat(counts[v]).as("token %s is left out", v).isZero();
      } else {
        double expected = draws * probability[v];
        chiSquare += (counts[v] - expected) * (counts[v] - expected) / expected;
      }
    }
    // 4 degrees of freedom: mean 4, standard deviation 2.8.
    assertThat(chiSquare).isLessThan(4 + 5 * 2.8);
  }

  /** A temperature that float32 cannot hold is as good as none. */
  @ParameterizedTest
  @EnumSource(names = {"MASKGIT_PLUS", "TOPK_MARGIN", "ENTROPY"})
  void theLeastTemperatureIsTheLimit(Remasking measure) {
    try (TorchDenoisingModel model = model(LLADA, false)) {
      StepBatch batch = new StepBatch();
      add(batch, 0, choice(1e-60, 0.9, 0, measure, false), 0);
      StepBatch cold = new StepBatch();
      add(cold, 0, choice(0, 1, 0, measure, false), 0);
      model.step(batch);
      model.step(cold);
      for (int p = 0; p < LENGTH; p++) {
        assertThat(batch.bestToken(p)).isEqualTo(cold.bestToken(p));
        double certain = measure == Remasking.ENTROPY ? 0 : 1;
        assertThat(batch.confidence(p)).isEqualTo(certain, within(1e-6));
      }
    }
  }

  /** However much noise there is, it lifts no token that is left out. */
  @ParameterizedTest
  @ValueSource(doubles = {1e30, 1e38, 1e300})
  void theLargestTemperatureDrawsEvenlyFromWhatIsLeft(double temperature) {
    try (TorchDenoisingModel model = model(LLADA, false)) {
      StepBatch batch = new StepBatch();
      for (int s = 0; s < 500; s++) {
        add(batch, s, choice(temperature, 1, 0, Remasking.MASKGIT_PLUS, false), s * LENGTH);
      }
      model.step(batch);
      for (int i = 0; i < batch.candidates(); i++) {
        assertThat(batch.bestToken(i)).isNotEqualTo(MASK);
        if (batch.endsBarred(i)) {
          assertThat(batch.bestToken(i)).isNotEqualTo(END);
        }
        double even = 1.0 / (VOCABULARY - (batch.endsBarred(i) ? 2 : 1));
        assertThat(batch.confidence(i)).isEqualTo(even, within(1e-6));
      }
    }
  }
}
