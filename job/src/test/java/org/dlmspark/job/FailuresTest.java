package org.dlmspark.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailuresTest {

  @Test
  void tellsTheInnermostReasonInOneLine() {
    Exception inner = new IllegalStateException("the disk is full\n\tat somewhere");
    assertThat(Failures.reason(new RuntimeException("job aborted", inner)))
        .isEqualTo("the disk is full");
  }

  @Test
  void keepsAnOuterMessageIfTheInnerOneHasNone() {
    assertThat(Failures.reason(new RuntimeException("job aborted", new NullPointerException())))
        .isEqualTo("job aborted");
    assertThat(Failures.reason(new NullPointerException()))
        .isEqualTo("java.lang.NullPointerException");
  }

  @Test
  void endsOnARingOfCauses() {
    Exception first = new IllegalStateException("first");
    Exception second = new IllegalStateException("second", first);
    first.initCause(second);
    assertThat(Failures.reason(first)).isIn("first", "second");
  }
}
