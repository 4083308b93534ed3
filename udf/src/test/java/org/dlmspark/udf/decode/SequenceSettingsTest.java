package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the settings beyond block, steps and cache do to a sequence. The prompt has 3 tokens. */
final class SequenceSettingsTest {
  private static final int MASK = 99;
  private static final int END = 98;
  private static final ModelTraits TRAITS =
      new ModelTraits(MASK, Set.of(END), false, Schedule.EVEN, null);
  private static final int PROMPT = 3;

  /** A region of one block. */
  private static GenerationSettingsBuilder settings(int genLength, int steps) {
    return new GenerationSettingsBuilder()
        .genLength(genLength)
        .blockLength(genLength)
        .steps(steps)
        .stopAtEos(false);
  }

  private static Sequence sequence(GenerationSettingsBuilder settings, long seed) {
    return new Sequence(new int[PROMPT], settings.build(), seed, TRAITS, null);
  }

  /** A rule of the confidences of the generated positions, one after the other. */
  private static FakeModel.Rule confidences(double... confidence) {
    return new FakeModel.Rule() {
      @Override
      public int token(int position) {
        return position;
      }

      @Override
      public double confidence(int position) {
        return confidence[position - PROMPT];
      }
    };
  }

  /** Runs one step and returns the generated positions that it decoded, counted from 0. */
  private static List<Integer> step(Sequence sequence, DenoisingModel model) {
    BitSet before = (BitSet) sequence.state().masked().clone();
    StepBatch batch = new StepBatch();
    sequence.plan(batch, 0);
    model.step(batch);
    sequence.advance(batch, 0);
    before.andNot(sequence.state().masked());
    return before.stream().map(p -> p - PROMPT).boxed().toList();
  }

  private static List<List<Integer>> run(Sequence sequence, FakeModel.Rule rule) {
    FakeModel model = new FakeModel(rule);
    List<List<Integer>> decoded = new ArrayList<>();
    while (!sequence.finished()) {
      decoded.add(step(sequence, model));
    }
    return decoded;
  }

  /** One step by the schedule; by the threshold what reaches it, and else the best. */
  @Test
  void aThresholdDecodesWhatReachesItAndAlwaysTheBest() {
    Sequence sequence = sequence(settings(6, 1).threshold(0.9), 0);
    assertThat(run(sequence, confidences(.95, .2, .9, .1, .8999, .3)))
        .containsExactly(List.of(0, 2), List.of(4), List.of(5), List.of(1), List.of(3));
    assertThat(sequence.steps()).isEqualTo(5);
    assertThat(sequence.generatedIds()).containsExactly(3, 4, 5, 6, 7, 8);
  }

  @Test
  void aThresholdStaysWithinItsBlock() {
    Sequence sequence = sequence(settings(4, 2).blockLength(2).threshold(0.5), 0);
    assertThat(run(sequence, confidences(.1, .2, .9, .9)))
        .containsExactly(List.of(1), List.of(0), List.of(2, 3));
  }

  /** 2 * 0.1 and 3 * 0.2 are below 1, 4 * 0.3 is not; then 2 * 0.3; then the last. */
  @Test
  void theFactorRuleAsksForMoreConfidenceTheMoreItTakes() {
    assertThat(run(sequence(settings(4, 1).factor(1.0), 0), confidences(.6, .9, .8, .7)))
        .containsExactly(List.of(1, 2), List.of(3), List.of(0));
  }

  /** Positions are drawn by softmax(confidence / alg-temp): evenly if it is huge. */
  @ParameterizedTest
  @ValueSource(doubles = {0.2, 1, 1e9})
  void algTempDrawsPositionsByTheirConfidence(double algTemp) {
    double[] confidence = {0.1, 0.9, 0.5, 0.3, 0.7, 0.2};
    FakeModel model = new FakeModel(confidences(confidence));
    int draws = 3000;
    int[] counts = new int[confidence.length];
    for (int seed = 0; seed < draws; seed++) {
      Sequence sequence = sequence(settings(6, 6).algTemp(algTemp), RandomStream.rowSeed(seed, ""));
      counts[step(sequence, model).get(0)]++;
    }
    double sum = Arrays.stream(confidence).map(c -> Math.exp(c / algTemp)).sum();
    double chiSquare = 0;
    for (int i = 0; i < confidence.length; i++) {
      double expected = draws * Math.exp(confidence[i] / algTemp) / sum;
      chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    // 5 degrees of freedom: mean 5, standard deviation 3.2.
    assertThat(chiSquare).isLessThan(5 + 5 * 3.2);
  }

  /** Entropies are negative, and the least number there is divides them to minus infinity. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-4, Double.MIN_VALUE})
  void aTinyAlgTempTakesTheMostConfident(double algTemp) {
    FakeModel.Rule rule = confidences(-.3, -.1, -.5, -.2);
    Sequence plain = sequence(settings(4, 2).remasking(Remasking.ENTROPY), 1);
    Sequence drawn = sequence(settings(4, 2).remasking(Remasking.ENTROPY).algTemp(algTemp), 1);
    assertThat(run(drawn, rule)).isEqualTo(run(plain, rule));
  }

  /** A step that draws two positions draws two different ones, whatever the temperature. */
  @Test
  void algTempKeepsTheQuota() {
    for (int seed = 0; seed < 50; seed++) {
      assertThat(run(sequence(settings(6, 3).algTemp(1e300), seed), confidences(new double[6])))
          .hasSize(3)
          .allMatch(decoded -> decoded.size() == 2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsAreBarredFromTheFirstTokens(boolean shifted) {
    ModelTraits traits = new ModelTraits(MASK, Set.of(END), shifted, Schedule.EVEN, null);
    Sequence sequence =
        new Sequence(new int[PROMPT], settings(8, 4).minNewTokens(3).build(), 0, traits, null);
    FakeModel model = new FakeModel(position -> 1);
    boolean[] seen = new boolean[8];
    while (!sequence.finished()) {
      StepBatch batch = new StepBatch();
      sequence.plan(batch, 0);
      for (int i = 0; i < batch.candidates(); i++) {
        int generated = batch.position(batch.candidate(i)) + (shifted ? 1 : 0) - PROMPT;
        assertThat(batch.endsBarred(i)).as("token %s", generated).isEqualTo(generated < 3);
        seen[generated] = true;
      }
      model.step(batch);
      sequence.advance(batch, 0);
    }
    assertThat(seen).doesNotContain(false);
  }

  @Test
  void aStopTextEndsTheRowWithItsBlock() {
    List<String> calls = new ArrayList<>();
    StopCheck check =
        (ids, from, to) -> {
          calls.add(Arrays.toString(Arrays.copyOfRange(ids, from, to)));
          return to == PROMPT + 4;
        };
    Sequence sequence =
        new Sequence(new int[PROMPT], settings(6, 6).blockLength(2).build(), 0, TRAITS, check);
    run(sequence, confidences(.1, .2, .3, .4, .5, .6));
    assertThat(calls).containsExactly("[3, 4]", "[3, 4, 5, 6]");
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.STOP);
    assertThat(sequence.generatedIds()).containsExactly(3, 4, 5, 6);
    assertThat(sequence.completionLength()).isEqualTo(4);
    assertThat(sequence.steps()).isEqualTo(4);
  }

  /** The mask is no token of a completion by an even schedule, and is one to Dream's authors. */
  @ParameterizedTest
  @CsvSource({"EVEN, , false", "TIMESTEP, , true", "TIMESTEP, 0.9, false", "EVEN, 0.9, false"})
  void onlyTimestepsLetTheMaskWin(Schedule schedule, Double threshold, boolean maskMayWin) {
    StepBatch batch = new StepBatch();
    sequence(settings(4, 4).schedule(schedule).threshold(threshold), 0).plan(batch, 0);
    assertThat(batch.choice(0).maskMayWin()).isEqualTo(maskMayWin);
  }

  /** Where the mask itself is chosen the position stays masked, and at the last step keeps it. */
  @ParameterizedTest
  @EnumSource(names = {"NONE", "DECODE", "BLOCK_DECODE"})
  void aChosenMaskIsTriedAgainUntilTheLastStep(CachePolicyName policy) {
    int stubborn = PROMPT + 1;
    FakeModel.Rule rule =
        new FakeModel.Rule() {
          @Override
          public int token(int position) {
            return position == stubborn ? MASK : position;
          }

          @Override
          public double confidence(int position) {
            return position == stubborn ? 1 : 0.5;
          }
        };
    Sequence sequence =
        sequence(settings(8, 8).blockLength(4).schedule(Schedule.TIMESTEP).cachePolicy(policy), 0);
    FakeModel model = new FakeModel(rule);
    for (int step = 0; step < 4; step++) {
      assertThat(sequence.state().masked().get(stubborn)).isTrue();
      step(sequence, model);
    }
    assertThat(sequence.state().masked())
        .as("the second block")
        .isEqualTo(set(PROMPT + 4, PROMPT + 8));
    while (!sequence.finished()) {
      step(sequence, model);
    }
    assertThat(sequence.generatedIds()).containsExactly(3, MASK, 5, 6, 7, 8, 9, 10);
    assertThat(sequence.steps()).isEqualTo(8);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.LENGTH);
  }

  private static BitSet set(int from, int to) {
    BitSet set = new BitSet();
    set.set(from, to);
    return set;
  }

  /** The order is a row's own: no cache, and no number of steps, draws another one. */
  @Test
  void randomRemaskingHasOneOrderPerRow() {
    FakeModel.Rule rule = position -> 1;
    GenerationSettingsBuilder random = settings(12, 12).remasking(Remasking.RANDOM);
    Set<List<List<Integer>>> orders = new HashSet<>();
    for (long seed = 0; seed < 5; seed++) {
      List<List<Integer>> order =
          run(sequence(random.cachePolicy(CachePolicyName.NONE), seed), rule);
      assertThat(run(sequence(random.cachePolicy(CachePolicyName.GREEDY), seed), rule))
          .isEqualTo(order);
      List<List<Integer>> pairs = run(sequence(random.steps(6), seed), rule);
      random.steps(12);
      for (int i = 0; i < 6; i++) {
        assertThat(pairs.get(i))
            .containsExactlyInAnyOrder(order.get(2 * i).get(0), order.get(2 * i + 1).get(0));
      }
      orders.add(order);
    }
    assertThat(orders).hasSize(5);
  }

  /**
   * By timesteps, with more of them than tokens, there are steps that decode nothing, and greedy
   * then has no position of its own to compute.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void greedyPassesThroughStepsWithoutATarget(boolean shifted) {
    ModelTraits traits = new ModelTraits(MASK, Set.of(END), shifted, Schedule.TIMESTEP, null);
    Sequence sequence =
        new Sequence(
            new int[PROMPT],
            settings(4, 14).remasking(Remasking.RANDOM).cachePolicy(CachePolicyName.GREEDY).build(),
            0,
            traits,
            null);
    FakeModel model = new FakeModel(position -> 1);
    BatchScheduler scheduler = new BatchScheduler(model, 1, 100, () -> 0);
    scheduler.admit(sequence);
    assertThatCode(
            () -> {
              while (!scheduler.isIdle()) {
                scheduler.step();
              }
            })
        .doesNotThrowAnyException();
    assertThat(model.activeCounts()).allMatch(counts -> counts[0] > 0);
    assertThat(sequence.generatedIds()).isEqualTo(new int[] {1, 1, 1, 1});
  }
}
