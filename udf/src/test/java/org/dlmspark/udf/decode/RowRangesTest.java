package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class RowRangesTest {

  @Test
  void aGapIsUsedAgain() {
    RowRanges rows = new RowRanges(100);
    assertThat(rows.take(40)).isEqualTo(0);
    assertThat(rows.take(30)).isEqualTo(40);
    assertThat(rows.take(31)).isEqualTo(-1);
    rows.release(0);
    assertThat(rows.take(25)).isEqualTo(0);
    assertThat(rows.take(15)).isEqualTo(25);
    assertThat(rows.take(30)).isEqualTo(70);
    assertThat(rows.take(1)).isEqualTo(-1);
  }

  @Test
  void whatIsNotTakenCannotBeReleased() {
    assertThatThrownBy(() -> new RowRanges(10).release(0))
        .isInstanceOf(IllegalStateException.class);
  }

  /** Each number is a range to take; when one does not fit, the lowest is given back. */
  @Property
  void rangesNeverOverlapOrLeaveTheBuffer(
      @ForAll List<@IntRange(min = 1, max = 60) Integer> lengths) {
    RowRanges rows = new RowRanges(64);
    TreeMap<Integer, Integer> taken = new TreeMap<>();
    for (int length : lengths) {
      int first = rows.take(length);
      while (first < 0) {
        assertThat(taken).isNotEmpty();
        rows.release(taken.pollFirstEntry().getKey());
        first = rows.take(length);
      }
      assertThat(first + length).isLessThanOrEqualTo(64);
      Map.Entry<Integer, Integer> before = taken.floorEntry(first);
      Map.Entry<Integer, Integer> after = taken.ceilingEntry(first);
      assertThat(before == null || before.getKey() + before.getValue() <= first).isTrue();
      assertThat(after == null || first + length <= after.getKey()).isTrue();
      taken.put(first, length);
    }
  }
}
