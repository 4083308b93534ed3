package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

final class FailureReasonTest {

  @Test
  void tellsTheInnermostReasonInOneLine() {
    Exception inner = new IllegalStateException("the disk is full\n\tat somewhere");
    assertThat(FailureReason.of(new RuntimeException("job aborted", inner)))
        .isEqualTo("the disk is full");
  }

  @Test
  void theProjectsOwnMessageIsNotReplacedByItsCause() {
    Exception own =
        new DecoderLoadException(
            "executor 7 cannot load the model m: no space",
            new UncheckedIOException(new IOException("no space")));
    assertThat(FailureReason.of(new RuntimeException("Job aborted", own)))
        .isEqualTo("executor 7 cannot load the model m: no space");
  }

  @Test
  void aProgramsTraceIsNotItsReason() {
    String message =
        """
        The following operation failed in the TorchScript interpreter.
        Traceback of TorchScript, serialized code (most recent call last):
          File "code/__torch__.py", line 28, in grow
              buffer = torch.new_zeros(like, [rows, kv_heads, head_dim])
                       ~~~~~~~~~~~~~~~ <--- HERE
        RuntimeError: CUDA out of memory. Tried to allocate 4.00 GiB
        """;
    assertThat(FailureReason.of(new IllegalStateException(message)))
        .isEqualTo("RuntimeError: CUDA out of memory. Tried to allocate 4.00 GiB");
  }

  @Test
  void keepsAnOuterMessageIfTheInnerOneHasNone() {
    assertThat(FailureReason.of(new RuntimeException("job aborted", new NullPointerException())))
        .isEqualTo("job aborted");
    assertThat(FailureReason.of(new NullPointerException()))
        .isEqualTo("java.lang.NullPointerException");
  }

  @Test
  void endsOnARingOfCauses() {
    Exception first = new IllegalStateException("first");
    Exception second = new IllegalStateException("second", first);
    first.initCause(second);
    assertThat(FailureReason.of(first)).isIn("first", "second");
  }
}
