package org.dlmspark.udf.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.IntBuffer;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.ErrorCode;
import org.junit.jupiter.api.Test;

final class IdenticalRowsTest {
  private static final GenerationSettings SETTINGS = new GenerationSettingsBuilder().build();

  private final IdenticalRows<String> rows = new IdenticalRows<>(3);

  private static IdenticalRows.Key key(int... ids) {
    return new IdenticalRows.Key(IntBuffer.wrap(ids), SETTINGS);
  }

  private static Completion completion(String text) {
    return new Completion(text, new int[0], Completion.STOP, null, null, null, null);
  }

  @Test
  void theFirstIsDecodedAndTheOthersWaitForIt() {
    assertThat(rows.waits(key(1, 2), "a")).isFalse();
    assertThat(rows.waits(key(1, 2), "b")).isTrue();
    assertThat(rows.waits(key(2, 1), "c")).isFalse();
    assertThat(rows.waits(key(1, 2), "d")).isTrue();
    assertThat(rows.known(key(1, 2))).isNull();

    Completion completion = completion("x");
    assertThat(rows.finish(key(1, 2), completion)).containsExactly("b", "d");
    assertThat(rows.known(key(1, 2))).isSameAs(completion);
    assertThat(rows.known(key(2, 1))).isNull();
    assertThat(rows.finish(key(2, 1), completion("y"))).isEmpty();
  }

  @Test
  void otherSettingsAreOtherRows() {
    GenerationSettings longer = new GenerationSettingsBuilder().genLength(64).build();
    assertThat(rows.waits(key(1), "a")).isFalse();
    assertThat(rows.waits(new IdenticalRows.Key(IntBuffer.wrap(new int[] {1}), longer), "b"))
        .isFalse();
    GenerationSettings same = new GenerationSettingsBuilder().build();
    assertThat(rows.waits(new IdenticalRows.Key(IntBuffer.wrap(new int[] {1}), same), "c"))
        .isTrue();
  }

  @Test
  void anErrorIsSharedAndNotKept() {
    Completion failed =
        new Completion(
            null,
            null,
            Completion.ERROR,
            new Completion.Failure(ErrorCode.DECODE_FAILED, "x"),
            null,
            null,
            null);
    rows.waits(key(1), "a");
    rows.waits(key(1), "b");
    assertThat(rows.finish(key(1), failed)).containsExactly("b");
    assertThat(rows.known(key(1))).isNull();
    assertThat(rows.waits(key(1), "c")).as("c is decoded").isFalse();
  }

  @Test
  void soManyRowsWaitAndSoManyCompletionsAreKeptAndNoMore() {
    for (int id = 0; id < 5; id++) {
      rows.waits(key(id), "first");
    }
    for (int id = 0; id < 3; id++) {
      assertThat(rows.isFull()).isFalse();
      rows.waits(key(id), "second");
    }
    assertThat(rows.isFull()).isTrue();
    for (int id = 0; id < 5; id++) {
      rows.finish(key(id), completion("" + id));
      assertThat(rows.isFull()).isFalse();
      assertThat(rows.known(key(0)) != null).as("asked for again and again").isTrue();
    }
    assertThat(rows.known(key(1))).isNull();
    assertThat(rows.known(key(2))).isNull();
    assertThat(rows.known(key(3)).text()).isEqualTo("3");
    assertThat(rows.known(key(4)).text()).isEqualTo("4");
  }
}
