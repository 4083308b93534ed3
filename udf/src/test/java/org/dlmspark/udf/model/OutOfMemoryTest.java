package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OutOfMemoryTest {

  @Test
  void isRecognisedInTheEnginesWords() {
    for (String message :
        List.of(
            "CUDA out of memory. Tried to allocate 4.00 GiB. GPU 0 has a total capacity of 139.72"
                + " GiB of which 1.62 GiB is free.",
            "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
            "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
            "[enforce fail at alloc_cpu.cpp:115] err == 0. DefaultCPUAllocator: can't allocate"
                + " memory: you tried to allocate 274877906944 bytes. Error code 12 (Cannot"
                + " allocate memory)",
            "std::bad_alloc",
            """
            The following operation failed in the TorchScript interpreter.
            Traceback of TorchScript, serialized code (most recent call last):
              File "code/__torch__.py", line 28, in grow
                  buffer = torch.new_zeros(like, [rows, kv_heads, head_dim])
                           ~~~~~~~~~~~~~~~ <--- HERE
            RuntimeError: CUDA out of memory. Tried to allocate 4.00 GiB
            """)) {
      assertThat(OutOfMemory.is(new IllegalStateException(message))).as(message).isTrue();
      assertThat(OutOfMemory.is(new RuntimeException("step", new IllegalStateException(message))))
          .as(message)
          .isTrue();
    }
  }

  @Test
  void isRecognisedInJavasWordsButForTheHeap() {
    for (String message :
        List.of(
            "Cannot reserve 8388608 bytes of direct buffer memory (allocated: 1, limit: 2)",
            "Direct buffer memory",
            "Unable to allocate 1073741824 bytes")) {
      assertThat(OutOfMemory.is(new OutOfMemoryError(message))).as(message).isTrue();
    }
    for (String message :
        List.of(
            "Java heap space", "GC overhead limit exceeded", "unable to create native thread")) {
      assertThat(OutOfMemory.is(new OutOfMemoryError(message))).as(message).isFalse();
    }
  }

  @Test
  void otherErrorsAreOthers() {
    assertThat(OutOfMemory.is(new IllegalStateException("CUDA error: device-side assert")))
        .isFalse();
    assertThat(OutOfMemory.is(new IllegalStateException((String) null))).isFalse();
    Exception first = new IllegalStateException("first");
    first.initCause(new IllegalStateException("second", first));
    assertThat(OutOfMemory.is(first)).as("a ring of causes").isFalse();
  }
}
