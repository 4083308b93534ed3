package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.dlmspark.udf.decode.StepBatch;
import org.junit.jupiter.api.Test;

final class AttentionGroupsTest {

  private static StepBatch batch(int... activeCounts) {
    return batchEndingLonger(10, activeCounts);
  }

  /** The last sequence is {@code longer} tokens longer than its active ones, the others 10. */
  private static StepBatch batchEndingLonger(int longer, int... activeCounts) {
    StepBatch batch = new StepBatch();
    int row = 0;
    for (int i = 0; i < activeCounts.length; i++) {
      int count = activeCounts[i];
      int length = count + (i == activeCounts.length - 1 ? longer : 10);
      batch.beginSequence(row, length, null);
      for (int p = 0; p < count; p++) {
        batch.addActive(0, p);
      }
      row += length;
    }
    return batch;
  }

  @Test
  void withoutGridsEachSequenceIsACall() {
    AttentionGroups groups = new AttentionGroups(AttentionForm.Calls.EACH);
    groups.plan(batch(3, 20));
    assertThat(groups.groups()).containsExactly(3, 1, 3, 13, 0, 20, 1, 20, 30, 13);
    assertThat(groups.sequenceAt(0)).isEqualTo(0);
    assertThat(groups.sequenceAt(1)).isEqualTo(1);
  }

  @Test
  void gridsDoNotJoinShortAndLongSequences() {
    AttentionGroups groups = new AttentionGroups(AttentionForm.Calls.GRIDS);
    groups.plan(batchEndingLonger(400, 20, 20, 20));
    assertThat(groups.groups()).containsExactly(40, 2, 20, 30, 0, 20, 1, 20, 420, 60);
  }

  /** Blocks of one sequence see the same rows, which would be gathered for each of them. */
  @Test
  void gridsGatherAtMostTwiceTheRowsThatThereAre() {
    StepBatch batch = new StepBatch();
    for (int block = 0; block < 6; block++) {
      batch.beginSequence(0, 100 + 4 * block, null);
      for (int p = 0; p < 4; p++) {
        batch.addActive(0, 96 + 4 * block + p);
      }
    }
    AttentionGroups groups = new AttentionGroups(AttentionForm.Calls.GRIDS);
    groups.plan(batch);
    assertThat(groups.groups()).containsExactly(8, 2, 4, 104, 0, 8, 2, 4, 112, 0, 8, 2, 4, 120, 0);
  }

  @Test
  void gridsJoinSequencesThatFillAtLeastHalfOfThem() {
    AttentionGroups groups = new AttentionGroups(AttentionForm.Calls.GRIDS);
    groups.plan(batch(3, 20, 9, 4, 12));
    // 20 and 12; 9; 4 and 3: widest first.
    assertThat(IntStream.range(0, 5).map(groups::sequenceAt)).containsExactly(1, 4, 2, 3, 0);
    assertThat(groups.groups())
        .containsExactly(32, 2, 20, 30, 13, 9, 1, 9, 19, 43, 7, 2, 4, 14, 62);
  }

  @Test
  void aKernelForVariousLengthsTakesAllInTheirOrder() {
    AttentionGroups groups = new AttentionGroups(AttentionForm.Calls.ALL);
    groups.plan(batchEndingLonger(400, 3, 20, 9));
    assertThat(IntStream.range(0, 3).map(groups::sequenceAt)).containsExactly(0, 1, 2);
    assertThat(groups.groups()).containsExactly(32, 3, 20, 409, 0);
  }
}
