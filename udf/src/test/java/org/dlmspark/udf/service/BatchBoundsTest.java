package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BatchBoundsTest {
  private final BatchBounds<Object> bounds = new BatchBounds<>();
  private final Object a = new Object();
  private final Object b = new Object();

  @Test
  void theTightestShortageCounts() {
    assertThat(bounds.sequences()).isEqualTo(Integer.MAX_VALUE);
    assertThat(bounds.tokens()).isEqualTo(Integer.MAX_VALUE);
    bounds.lower(List.of(a, b), 4, 300);
    bounds.lower(List.of(a, b), 2, 500);
    assertThat(bounds.sequences()).isEqualTo(2);
    assertThat(bounds.tokens()).isEqualTo(300);
  }

  @Test
  void whatARowThatIsTooLargeCausedIsUndone() {
    bounds.lower(List.of(a), 4, 300);
    bounds.lower(List.of(a, b), 2, 100);
    bounds.tooLarge(b);
    assertThat(bounds.sequences()).isEqualTo(4);
    assertThat(bounds.tokens()).isEqualTo(300);
  }

  @Test
  void aRowThatHasLeftHasNoPartInWhatIsFoundLater() {
    bounds.lower(List.of(a, b), 4, 300);
    bounds.left(a);
    bounds.tooLarge(a);
    assertThat(bounds.sequences()).isEqualTo(4);
  }
}
