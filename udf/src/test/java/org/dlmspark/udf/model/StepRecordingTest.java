package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.SafetensorsFile;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.fixtures.Golden;
import org.dlmspark.udf.model.RecordedStep.Difference;
import org.dlmspark.udf.service.DecodingTraits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that are recorded and computed again. */
final class StepRecordingTest {
  private static final Map<String, String> SAID = Map.of("model", "tiny", "version", "test");

  @TempDir private Path folder;

  private Path file;

  private static TorchDenoisingModel model(String name, String attention) {
    return Attentions.model(
        Checkpoint.open(Golden.goldenModel(name)),
        new ModelSettings("float32", "cpu", null, 1, 4096, "grid"),
        attention);
  }

  private static GenerationSettingsBuilder settings() {
    return new GenerationSettingsBuilder().genLength(16).blockLength(8).stopAtEos(false);
  }

  /** Greedy, cached, guided, drawn, filtered, and other measures, or of a model of blocks. */
  private static List<GenerationSettings> mixed(TorchDenoisingModel model) {
    GenerationSettingsBuilder plain = settings();
    return DecodingTraits.of(model.config(), "auto").blocks() != null
        ? List.of(
            plain.build(),
            settings().cachePolicy(CachePolicyName.NONE).build(),
            settings().blockLength(4).temperature(0.7).topK(20).build())
        : List.of(
            settings().build(),
            settings().cachePolicy(CachePolicyName.DECODE).refreshInterval(3).build(),
            settings().guidanceScale(1.5).build(),
            settings().temperature(0.8).topP(0.9).remasking(Remasking.MASKGIT_PLUS).build(),
            settings().remasking(Remasking.ENTROPY).temperature(0.3).build(),
            settings().remasking(Remasking.TOPK_MARGIN).build());
  }

  /** Decodes prompts of several lengths, each with settings of its own, and records all steps. */
  private Path record(String name, String attention) {
    file = folder.resolve(name + "-" + attention + ".safetensors");
    try (TorchDenoisingModel model = model(name, attention);
        StepRecording recording = StepRecording.create(file, SAID)) {
      recording.begin("mixed");
      model.record(recording);
      List<GenerationSettings> all = mixed(model);
      BatchScheduler scheduler = new BatchScheduler(model, 2 * all.size(), 4096, System::nanoTime);
      Random random = new Random(7);
      for (GenerationSettings settings : all) {
        int[] prompt = random.ints(3 + random.nextInt(40), 0, 200).toArray();
        Sequence sequence =
            new Sequence(
                prompt,
                settings,
                random.nextLong(),
                DecodingTraits.of(model.config(), "auto"),
                null);
        assertThat(scheduler.admit(sequence)).isTrue();
      }
      while (!scheduler.isIdle()) {
        scheduler.step();
      }
      assertThat(recording.steps()).isGreaterThan(10);
    }
    return file;
  }

  /** Replays with a fresh model; where there is a recording, it records what it replays. */
  private static Difference replay(
      Path file, String name, String attention, StepRecording recording) {
    RecordedSteps steps = RecordedSteps.open(file);
    Difference sum = new Difference(0, 0, 0);
    StepBatch batch = new StepBatch();
    try (TorchDenoisingModel model = model(name, attention)) {
      steps.requireShapeOf(model);
      if (recording != null) {
        recording.begin("mixed");
        model.record(recording);
      }
      for (int number = 1; number <= steps.count(); number++) {
        RecordedStep step = steps.step(number, batch, model.config());
        model.step(batch);
        sum = sum.plus(step.difference(batch));
      }
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "llada-tiny, each",
    "llada-tiny, grids",
    "dream-tiny, each",
    "dream-tiny, varlen",
    "sdar-tiny, each",
    "sdar-tiny, grids",
    "llada2-tiny, each",
  })
  void theSameModelDoesTheSameAgain(String name, String attention) {
    Path recorded = record(name, attention);
    Path again = folder.resolve("again.safetensors");
    Difference difference;
    try (StepRecording recording = StepRecording.create(again, SAID)) {
      difference = replay(recorded, name, attention, recording);
    }

    assertThat(difference.candidates()).isGreaterThan(50);
    assertThat(difference.equalTokens()).isEqualTo(difference.candidates());
    assertThat(difference.largestDifference()).isZero();
    if (attention.equals("each")) { // grids sort sequences, and these are sorted already
      assertThat(tensors(again)).isEqualTo(tensors(recorded));
    }
  }

  private static Map<String, ByteBuffer> tensors(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    return file.names().stream()
        .collect(
            Collectors.toMap(name -> name, name -> file.read(name, StepRecording.dtype(name))));
  }

  /** What is recorded on one device is laid out anew on another. */
  @ParameterizedTest
  @CsvSource({
    "llada-tiny, each, grids",
    "llada-tiny, each, varlen",
    "llada-tiny, grids, each",
    "llada-tiny, varlen, grids",
    "sdar-tiny, each, varlen",
    "sdar-tiny, grids, each",
  })
  void anotherLayoutComputesTheSame(String name, String recorded, String replayed) {
    Difference difference = replay(record(name, recorded), name, replayed, null);

    assertThat(difference.candidates()).isGreaterThan(50);
    assertThat(difference.equalTokens()).isEqualTo(difference.candidates());
    assertThat(difference.largestDifference()).isLessThan(1e-4);
  }

  @Test
  void tensorsAreNamedAndTyped() {
    SafetensorsFile recorded = SafetensorsFile.open(record("llada-tiny", "each"));

    assertThat(recorded.notes())
        .containsEntry("model", "tiny")
        .containsEntry("device", "cpu")
        .containsEntry("dtype", "float32")
        .containsEntry("program", "denoising_step.py products_torch.py attention_grid.py")
        .containsEntry("cases", "{\"1\":\"mixed\"}");
    assertThat(recorded.names())
        .startsWith(
            "shape.constants",
            "shape.end_tokens",
            "shape.mixture",
            "shape.plan",
            "numbers",
            "step.000001.host_in",
            "step.000001.sizes",
            "step.000001.groups",
            "step.000001.host_out");
    long tokens = recorded.read("step.000001.sizes", "I64").getLong(0);
    long candidates = recorded.read("step.000001.sizes", "I64").getLong(Long.BYTES);
    assertThat(recorded.read("step.000001.host_in", "I64").remaining())
        .isEqualTo((6 * tokens + 10 * candidates) * Long.BYTES);
    assertThat(recorded.read("step.000001.host_out", "F64").remaining())
        .isEqualTo(2 * candidates * Double.BYTES);
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(record("llada-tiny", "each"));
    int begin = Long.BYTES + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    Path damaged = folder.resolve("damaged");
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = whole.clone();
      if (i % 2 == 0) {
        bytes[begin + random.nextInt(bytes.length - begin)] ^= (byte) (1 << random.nextInt(8));
      } else {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      Files.write(damaged, bytes);
      assertThatThrownBy(() -> RecordedSteps.open(damaged))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("--replay " + damaged + ": ");
    }
  }

  /** Numbers that no step has, with a checksum that fits. */
  @ParameterizedTest
  @CsvSource({
    "sizes, 0, 0, the number of tokens",
    "sizes, 1, -1, the number of candidates",
    "sizes, 1, 9999, the number of candidates",
    "groups, 0, 0, a group",
    "groups, 1, 2, a sequence",
    "host_in, 0, 256, a token",
    "host_in, 0, -1, a token",
  })
  void aStepThatCannotBeIsRefused(String tensor, int at, long number, String what) {
    RecordedSteps steps = RecordedSteps.open(record("llada-tiny", "each"));
    SafetensorsFile recorded = SafetensorsFile.open(file);
    Map<String, long[]> arrays =
        Map.of(
            "host_in", longs(recorded, "host_in"),
            "sizes", longs(recorded, "sizes"),
            "groups", longs(recorded, "groups"));
    arrays.get(tensor)[at] = number;
    ByteBuffer results = recorded.read("step.000001.host_out", "F64");
    double[] output = new double[results.remaining() / Double.BYTES];
    results.asDoubleBuffer().get(output);

    assertThatThrownBy(
            () ->
                new RecordedStep(
                        arrays.get("host_in"), arrays.get("sizes"), arrays.get("groups"), output)
                    .layOut(
                        new StepBatch(),
                        Checkpoint.open(Golden.goldenModel("llada-tiny")).config(),
                        steps.rows()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(what + " cannot be");
  }

  private static long[] longs(SafetensorsFile file, String tensor) {
    ByteBuffer bytes = file.read("step.000001." + tensor, "I64");
    long[] numbers = new long[bytes.remaining() / Long.BYTES];
    bytes.asLongBuffer().get(numbers);
    return numbers;
  }

  @Test
  void aModelOfAnotherShapeIsRefused() {
    Path recorded = record("llada-tiny", "each");
    assertThatThrownBy(() -> replay(recorded, "dream-tiny", "each", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--replay "
                + recorded
                + " was recorded with a model of another shape, tiny: name that with --model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"there", "no/folder/steps"})
  void aFileThatCannotBeIsRefused(String name) throws IOException {
    Files.createFile(folder.resolve("there"));
    Path path = folder.resolve(name);
    assertThatThrownBy(() -> StepRecording.create(path, SAID))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--record " + path + " ")
        .hasMessageContaining("name a");
    assertThat(path.resolveSibling(name + ".part")).doesNotExist();
  }

  @Test
  void nothingIsLeftWhereNoStepWasRecorded() {
    StepRecording.create(folder.resolve("none"), SAID).close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatWouldBeTooLargeIsRefused() {
    StepRecording.requireRoom(folder, StepRecording.bytes(1000, 1000, 8));
    assertThatThrownBy(() -> StepRecording.requireRoom(folder, 1L << 31))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--record " + folder + ": the steps of these cases take 2,048 MiB")
        .hasMessageContaining("a file may have 1,024");
  }

  @Test
  void otherFilesAreNoRecordings() {
    Path weights = Golden.goldenModel("llada-tiny").resolve("model.safetensors");
    assertThatThrownBy(() -> RecordedSteps.open(weights))
        .hasMessageStartingWith("--replay " + weights + ": its format is ")
        .hasMessageContaining("not dlm-spark steps 1");
    assertThatThrownBy(() -> RecordedSteps.open(folder.resolve("gone")))
        .hasMessageContaining("does not exist: name a file that bench --record wrote");
  }
}
