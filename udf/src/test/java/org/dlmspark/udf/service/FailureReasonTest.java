package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

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

  private static Exception readFailure(String path, Throwable cause) {
    return new SparkException(
        "FAILED_READ_FILE.NO_HINT",
        scala.collection.immutable.Map$.MODULE$.from(
            CollectionConverters.asScala(Map.of("path", path))),
        cause);
  }

  @Test
  void theFileThatAnOuterMessageNamesStandsBeforeTheInnerReason() {
    Exception failure =
        new RuntimeException(
            "Job aborted",
            readFailure("file:///in/b.json.gz", new IOException("Unexpected end of stream")));
    assertThat(FailureReason.of(failure))
        .isEqualTo("file:///in/b.json.gz: Unexpected end of stream");
    assertThat(FailureReason.file(failure)).isEqualTo("file:///in/b.json.gz");
    assertThat(FailureReason.file(new IOException("x"))).isNull();
  }

  @Test
  void soDoesTheColumn() {
    Exception page =
        new IOException(
            "could not read page Page [valueCount=9] in col [id] required int64 id",
            new IOException("FAILED_TO_UNCOMPRESS(5)"));
    assertThat(FailureReason.of(readFailure("file:///in/b.parquet", page)))
        .isEqualTo("file:///in/b.parquet, column [id]: IOException: FAILED_TO_UNCOMPRESS(5)");
  }

  @Test
  void aFileIsNotNamedTwice() {
    Exception footer = new RuntimeException("file:/in/b.parquet is not a Parquet file");
    assertThat(FailureReason.of(readFailure("file:///in/b.parquet", footer)))
        .isEqualTo("file:/in/b.parquet is not a Parquet file");
  }

  @Test
  void oneWordIsToldWithTheNameOfWhatWentWrong() {
    assertThat(FailureReason.of(new UncheckedIOException(new NoSuchFileException("/a/b"))))
        .isEqualTo("NoSuchFileException: /a/b");
  }

  @Test
  void whatATerminalWouldObeyIsEscaped() {
    assertThat(FailureReason.of(new IOException("no row a\u001b[2K here")))
        .isEqualTo("no row a\\u001b[2K here");
  }

  @Test
  void endsOnARingOfCauses() {
    Exception first = new IllegalStateException("first");
    Exception second = new IllegalStateException("second", first);
    first.initCause(second);
    assertThat(FailureReason.of(first))
        .isIn("IllegalStateException: first", "IllegalStateException: second");
  }
}
