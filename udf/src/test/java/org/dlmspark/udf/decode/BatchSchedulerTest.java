package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BatchSchedulerTest {
  private static final ModelTraits TRAITS =
      new ModelTraits(99, Set.of(98), false, Schedule.EVEN, null);

  private static Sequence sequence(int promptLength, int genLength) {
    return new Sequence(
        new int[promptLength],
        new GenerationSettingsBuilder().genLength(genLength).blockLength(genLength).build(),
        0,
        TRAITS,
        null);
  }

  @Test
  void aFreedSlotIsRefilledAtTheNextStep() {
    FakeModel model = new FakeModel(position -> 1);
    BatchScheduler scheduler = new BatchScheduler(model, 2, 1000, () -> 0);
    Sequence small = sequence(3, 2);
    Sequence large = sequence(3, 6);
    Sequence late = sequence(5, 3);
    assertThat(scheduler.admit(small)).isTrue();
    assertThat(scheduler.admit(large)).isTrue();
    assertThat(scheduler.admit(late)).as("both slots are taken").isFalse();
    assertThat(scheduler.step()).isEmpty();
    assertThat(scheduler.step()).containsExactly(small);
    assertThat(scheduler.admit(late)).isTrue();
    assertThat(scheduler.step()).isEmpty();
    // The large one is at its own step 2, cached; the late one at its own step 0, full.
    assertThat(model.activeCounts().get(2)).containsExactly(5, 8);
  }

  @Test
  void tokensAreBounded() {
    BatchScheduler scheduler = new BatchScheduler(new FakeModel(position -> 1), 10, 20, () -> 0);
    assertThat(scheduler.admit(sequence(6, 4))).isTrue();
    assertThat(scheduler.admit(sequence(7, 4))).isFalse();
    assertThat(scheduler.admit(sequence(5, 5))).isTrue();
  }

  @Test
  void sharesAddUpToTheBusyTime() {
    AtomicLong clock = new AtomicLong();
    // Every reading of the clock is 1,000,003 ns later, a number that no count of tokens divides.
    BatchScheduler scheduler =
        new BatchScheduler(new FakeModel(position -> 1), 3, 1000, () -> clock.getAndAdd(1_000_003));
    List<Sequence> sequences = List.of(sequence(3, 7), sequence(40, 5), sequence(2, 6));
    sequences.forEach(scheduler::admit);
    while (!scheduler.isIdle()) {
      scheduler.step();
    }
    assertThat(scheduler.busyNanos()).isEqualTo(7 * 1_000_003L);
    assertThat(sequences.stream().mapToLong(Sequence::computeNanos).sum())
        .isEqualTo(scheduler.busyNanos());
    assertThat(sequences.get(1).computeNanos())
        .as("the longest prompt costs most in its full steps")
        .isGreaterThan(sequences.get(2).computeNanos());
  }

  @Test
  void aSequenceCanBeTakenOut() {
    BatchScheduler scheduler = new BatchScheduler(new FakeModel(position -> 1), 2, 20, () -> 0);
    Sequence gone = sequence(5, 5);
    Sequence stays = sequence(5, 5);
    scheduler.admit(gone);
    scheduler.admit(stays);
    scheduler.step();
    assertThat(scheduler.remove(sequence -> sequence == gone)).containsExactly(gone);
    assertThat(scheduler.admit(sequence(4, 6))).as("its slot and rows are free").isTrue();
    List<Sequence> finished = new ArrayList<>();
    while (!scheduler.isIdle()) {
      finished.addAll(scheduler.step());
    }
    assertThat(finished).hasSize(2).contains(stays);
  }

  @Test
  void afterAFailureTheBatchCanBeEmptiedAndUsedAgain() {
    boolean[] fail = {true};
    DenoisingModel model =
        batch -> {
          if (fail[0]) {
            throw new IllegalStateException("boom");
          }
          for (int i = 0; i < batch.candidates(); i++) {
            batch.setResult(i, 1, 1);
          }
        };
    BatchScheduler scheduler = new BatchScheduler(model, 2, 20, () -> 0);
    scheduler.admit(sequence(5, 5));
    assertThatThrownBy(scheduler::step).hasMessage("boom");
    assertThat(scheduler.remove(sequence -> true)).hasSize(1);
    assertThat(scheduler.isIdle()).isTrue();
    fail[0] = false;
    scheduler.admit(sequence(10, 10));
    assertThat(scheduler.step()).isEmpty();
  }
}
