package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;

final class SequenceTest {
  private static final int MASK = 99;
  private static final int END = 98;
  private static final ModelTraits TRAITS =
      new ModelTraits(MASK, Set.of(END, 97), false, Schedule.EVEN, null);

  private static GenerationSettings settings(
      int genLength, int blockLength, int steps, Remasking remasking, boolean stopAtEos) {
    return new GenerationSettingsBuilder()
        .genLength(genLength)
        .blockLength(blockLength)
        .steps(steps)
        .remasking(remasking)
        .stopAtEos(stopAtEos)
        .refreshInterval(4)
        .build();
  }

  private static Sequence sequence(GenerationSettings settings) {
    return new Sequence(new int[] {1, 2, 3}, settings, 5, TRAITS, null);
  }

  private static FakeModel run(Sequence sequence, FakeModel.Rule rule) {
    FakeModel model = new FakeModel(rule);
    BatchScheduler scheduler = new BatchScheduler(model, 1, 1000, () -> 0);
    assertThat(scheduler.admit(sequence)).isTrue();
    while (!scheduler.isIdle()) {
      scheduler.step();
    }
    return model;
  }

  @Test
  void theMostConfidentPositionsGoFirstAndBlocksFromLeftToRight() {
    Sequence sequence = sequence(settings(6, 3, 6, Remasking.LOW_CONFIDENCE, true));
    StepBatch batch = new StepBatch();
    List<Integer> order = new ArrayList<>();
    while (!sequence.finished()) {
      BitSet before = (BitSet) sequence.state().masked().clone();
      batch.clear();
      sequence.plan(batch, 0);
      for (int i = 0; i < batch.candidates(); i++) {
        int position = batch.position(batch.candidate(i));
        batch.setResult(i, position, position / 100.0);
      }
      sequence.advance(batch, 0);
      before.andNot(sequence.state().masked());
      before.stream().forEach(order::add);
    }
    assertThat(order).containsExactly(5, 4, 3, 8, 7, 6);
    assertThat(sequence.generatedIds()).containsExactly(3, 4, 5, 6, 7, 8);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.LENGTH);
    assertThat(sequence.completionLength()).isEqualTo(6);
  }

  @Test
  void aRowEndsOnceEverythingBeforeItsFirstEndTokenIsDecoded() {
    Sequence sequence = sequence(settings(8, 8, 8, Remasking.LOW_CONFIDENCE, true));
    // Position 6, the fourth generated, is an end token and decoded first; then from the left.
    run(
        sequence,
        new FakeModel.Rule() {
          @Override
          public int token(int position) {
            return position == 6 ? END : position;
          }

          @Override
          public double confidence(int position) {
            return position == 6 ? 1 : 0.5 - position / 100.0;
          }
        });
    assertThat(sequence.steps()).isEqualTo(4);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.STOP);
    assertThat(sequence.generatedIds()).containsExactly(3, 4, 5, END);
    assertThat(sequence.completionLength()).isEqualTo(3);
  }

  @Test
  void withoutEarlyEndEveryPositionIsDecoded() {
    Sequence sequence = sequence(settings(4, 4, 4, Remasking.LOW_CONFIDENCE, false));
    run(sequence, position -> position == 4 ? 97 : 1);
    assertThat(sequence.generatedIds()).containsExactly(1, 97, 1, 1);
    assertThat(sequence.completionLength()).isEqualTo(1);
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.STOP);
    assertThat(sequence.steps()).isEqualTo(4);
  }

  @Test
  void moreStepsThanTokensAddNoPasses() {
    Sequence sequence = sequence(settings(4, 2, 12, Remasking.LOW_CONFIDENCE, true));
    FakeModel model = run(sequence, position -> 1);
    assertThat(model.activeCounts()).hasSize(4);
    assertThat(sequence.forwardPasses()).isEqualTo(4);
  }

  @Test
  void whatIsNoNumberFailsTheRow() {
    Sequence sequence = sequence(settings(4, 4, 4, Remasking.LOW_CONFIDENCE, true));
    run(
        sequence,
        new FakeModel.Rule() {
          @Override
          public int token(int position) {
            return 1;
          }

          @Override
          public double confidence(int position) {
            return Double.NaN;
          }
        });
    assertThat(sequence.outcome()).isEqualTo(Sequence.Outcome.FAILED);
    assertThat(sequence.failure()).contains("at step 0 is not a number").contains("model.dtype");
  }

  @Test
  void randomRemaskingProjectsOnlyWhatItHasChosen() {
    Sequence sequence = sequence(settings(12, 12, 4, Remasking.RANDOM, true));
    StepBatch batch = new StepBatch();
    while (!sequence.finished()) {
      batch.clear();
      sequence.plan(batch, 0);
      assertThat(batch.candidates()).isEqualTo(3);
      for (int i = 0; i < 3; i++) {
        batch.setResult(i, 7, 0.1);
      }
      sequence.advance(batch, 0);
    }
    assertThat(sequence.steps()).isEqualTo(4);
  }

  @Test
  void theRandomOrderBelongsToTheSeed() {
    assertThat(randomOrder(1)).isEqualTo(randomOrder(1)).isNotEqualTo(randomOrder(2));
  }

  private static List<String> randomOrder(long seed) {
    Sequence sequence =
        new Sequence(
            new int[] {1}, settings(12, 12, 12, Remasking.RANDOM, true), seed, TRAITS, null);
    List<String> order = new ArrayList<>();
    StepBatch batch = new StepBatch();
    while (!sequence.finished()) {
      batch.clear();
      sequence.plan(batch, 0);
      batch.setResult(0, 7, 0.1);
      sequence.advance(batch, 0);
      order.add(sequence.state().masked().toString());
    }
    return order;
  }

  /**
   * Holds for every policy and both kinds of logits: a candidate's reader is active (else {@code
   * plan} throws), a refresh step is full, and an inactive position has been computed with its
   * present token. The last has an exception that the policies state: where logits are shifted, a
   * delayed cache follows the readers, and a position may wait for its next refresh.
   */
  @Property
  void aCacheNeverServesATokenThatWasNotComputed(
      @ForAll CachePolicyName policy,
      @ForAll Remasking remasking,
      @ForAll boolean shifted,
      @ForAll Schedule schedule,
      @ForAll @IntRange(min = 1, max = 9) int refreshInterval,
      @ForAll @IntRange(max = 5) int windowSize,
      @ForAll @IntRange(min = 1, max = 4) int blocks,
      @ForAll @IntRange(min = 1, max = 12) int blockLength,
      @ForAll @IntRange(min = 1, max = 14) int stepsPerBlock,
      @ForAll @IntRange(min = 1, max = 9) int promptLength,
      @ForAll boolean guided,
      @ForAll long seed) {
    Assume.that(policy != CachePolicyName.BLOCK && remasking != Remasking.P2);
    GenerationSettings settings =
        new GenerationSettingsBuilder()
            .genLength(blocks * blockLength)
            .blockLength(blockLength)
            .steps(blocks * stepsPerBlock)
            .schedule(schedule)
            .remasking(policy == CachePolicyName.GREEDY ? Remasking.RANDOM : remasking)
            .guidanceScale(guided ? 1.5 : 0)
            .cachePolicy(policy)
            .refreshInterval(refreshInterval)
            .windowSize(windowSize)
            .build();
    ModelTraits traits = new ModelTraits(MASK, Set.of(END, 97), shifted, Schedule.EVEN, null);
    Sequence sequence = new Sequence(new int[promptLength], settings, seed, traits, null);
    RandomStream confidences = new RandomStream(seed + 1);
    boolean delayed = policy.refreshes();
    int branches = guided ? 2 : 1;
    int[] computed = new int[sequence.length()];
    Arrays.fill(computed, -1);
    int[] present = new int[sequence.length()];
    Arrays.fill(present, promptLength, present.length, MASK);
    StepBatch batch = new StepBatch();
    long positions = 0;
    while (!sequence.finished()) {
      int step = sequence.state().stepInBlock();
      boolean refresh =
          step == 0 || (delayed && policy != CachePolicyName.PD && step % refreshInterval == 0);
      batch.clear();
      int active = sequence.plan(batch, 0);
      positions += active;
      assertThat(active).isPositive();
      if (refresh) {
        assertThat(active).isEqualTo(branches * sequence.length());
      }
      for (int i = 0; i < batch.activeCount(0); i++) {
        assertThat(batch.token(i)).isEqualTo(present[batch.position(i)]);
        computed[batch.position(i)] = batch.token(i);
      }
      if (!(shifted && delayed)) {
        // Delayed: what the step before decoded is computed at this one. So nothing is stale now.
        assertThat(computed).isEqualTo(present);
      }
      assertThat(batch.sequences()).isEqualTo(branches);
      if (guided) {
        assertThat(batch.activeCount(1)).isEqualTo(batch.activeCount(0));
        for (int i = 0; i < batch.activeCount(0); i++) {
          int twin = batch.activeCount(0) + i;
          assertThat(batch.position(twin)).isEqualTo(batch.position(i));
          assertThat(batch.token(twin))
              .isEqualTo(batch.position(i) < promptLength ? MASK : batch.token(i));
        }
      }
      for (int i = 0; i < batch.candidates(); i++) {
        int position = batch.position(batch.candidate(i)) + (shifted ? 1 : 0);
        assertThat(sequence.state().masked().get(position)).isTrue();
        batch.setResult(
            i,
            position % 90,
            confidences.uniform(RandomStream.Purpose.TOKEN, sequence.steps(), position));
      }
      sequence.advance(batch, 1);
      for (int p = promptLength; p < present.length; p++) {
        present[p] = sequence.state().masked().get(p) ? MASK : p % 90;
      }
    }
    assertThat(sequence.state().masked().isEmpty()).isTrue();
    if (schedule == Schedule.EVEN) {
      assertThat(sequence.steps()).isEqualTo(blocks * Math.min(blockLength, stepsPerBlock));
    } else {
      assertThat(sequence.steps()).isLessThanOrEqualTo(blocks * stepsPerBlock);
    }
    assertThat(sequence.positionsComputed()).isEqualTo(positions);
    assertThat(sequence.positionsTotal())
        .isEqualTo((long) sequence.steps() * branches * sequence.length());
    assertThat(sequence.computeNanos()).isEqualTo(sequence.steps());
  }
}
