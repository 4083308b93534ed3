package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.dlmspark.udf.bench.ModelShape;
import org.dlmspark.udf.bench.RandomFolder;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On a CPU weights are used in the mapped file, where they are stored in the type computed in. */
final class WeightsInPlaceTest {
  private static final String TINY = "random:width=64,layers=2,heads=4,mlp=96,vocab=300,dtype=";

  @TempDir private Path folder;

  private void write(String shape) throws IOException {
    RandomFolder.write(ModelShape.parse(shape), folder);
  }

  private Path weights() {
    return folder.resolve("model.safetensors");
  }

  private TorchDenoisingModel model(String dtype) {
    return new TorchDenoisingModel(
        Checkpoint.open(folder), new ModelSettings(dtype, "cpu", null, 1, 4096, "grid"));
  }

  private static float[] logits(TorchDenoisingModel model) {
    StepBatch batch = new StepBatch();
    batch.beginSequence(
        0, 3, new TokenChoice(new Sampling(0, 1, 0), Remasking.LOW_CONFIDENCE, 0, false));
    for (int p = 0; p < 3; p++) {
      batch.addActive(p + 7, p);
    }
    return model.logits(batch);
  }

  /** Who changes the file changes the weights, unless they are a copy. */
  @ParameterizedTest
  @CsvSource({
    "bfloat16, bfloat16, true",
    "float32, float32, true",
    "bfloat16, float32, false",
    "float32, float16, false",
  })
  void areCopiedOnlyToBeConverted(String stored, String dtype, boolean inPlace) throws IOException {
    write(TINY + stored);
    try (TorchDenoisingModel model = model(dtype)) {
      float[] before = logits(model);
      // What holds the mapping must not be collected.
      System.gc();
      assertThat(Arrays.equals(logits(model), before)).isTrue();

      fillWithZeros();

      float[] zeros = new float[before.length];
      assertThat(Arrays.equals(before, zeros)).isFalse();
      assertThat(Arrays.equals(logits(model), inPlace ? zeros : before)).isTrue();
    }
  }

  private void fillWithZeros() throws IOException {
    try (FileChannel file =
        FileChannel.open(weights(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      file.read(length, 0);
      long begin = Long.BYTES + length.flip().getLong();
      ByteBuffer zeros = ByteBuffer.allocate(Math.toIntExact(file.size() - begin));
      assertThat(file.write(zeros, begin)).isEqualTo(zeros.capacity());
    }
  }

  /** The format lets numbers begin at any byte: such are copied to where a CPU can read them. */
  @ParameterizedTest
  @CsvSource({"bfloat16, bfloat16", "bfloat16, float32", "float32, float32"})
  void oddPlacesGiveTheSame(String stored, String dtype) throws IOException {
    write(TINY + stored);
    float[] expected;
    try (TorchDenoisingModel model = model(dtype)) {
      expected = logits(model);
    }
    byte[] file = Files.readAllBytes(weights());
    int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    ByteBuffer moved = ByteBuffer.allocate(file.length + 1).order(ByteOrder.LITTLE_ENDIAN);
    moved.putLong(header + 1).put(file, Long.BYTES, header).put((byte) ' ');
    moved.put(file, Long.BYTES + header, file.length - Long.BYTES - header);
    Files.delete(weights());
    Files.write(weights(), moved.array());

    try (TorchDenoisingModel model = model(dtype)) {
      assertThat(Arrays.equals(logits(model), expected)).isTrue();
    }
  }

  @Test
  void takeNoMemoryOfTheProcess() throws IOException {
    assumeTrue(ProcessMemory.read() != null);
    write(TINY + "bfloat16");
    try (TorchDenoisingModel model = model("bfloat16")) {
      var unused = logits(model); // so that PyTorch is there before anything is counted
    }
    Files.delete(weights());
    write("random:width=512,layers=8,heads=8,mlp=1536,vocab=64000,dtype=bfloat16");
    long stored = Files.size(weights());
    long before = ProcessMemory.read().own();
    try (TorchDenoisingModel model = model("bfloat16")) {
      assertThat(logits(model)).hasSize(3 * 64_000);
      assertThat(ProcessMemory.read().own() - before).isLessThan(stored / 4);
    }
  }
}
