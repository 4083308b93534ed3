package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever happens to the bytes of a folder: it opens to a model that holds together, or is refused
 * by a {@link CheckpointException}, and costs no more memory than its size explains.
 */
class DamagedFolderTest {
  /** Far above what a folder of a few kilobytes takes, far below what a lying length asks for. */
  private static final long MAX_ALLOCATED_BYTES = 16L << 20;

  private static Path folder;
  private static TinyFolder tiny;
  private static byte[] sound;

  @BeforeContainer
  static void writeSoundFolder() throws IOException {
    folder = Files.createTempDirectory("dlm-spark-damaged-");
    tiny = new TinyFolder(folder);
    tiny.write();
    sound = Files.readAllBytes(tiny.weights());
    Checkpoint.open(folder);
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    Files.delete(folder.resolve("config.json"));
    Files.delete(tiny.weights());
    Files.delete(folder);
  }

  @Property
  void flippedBits(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 1_000_000) Integer> places) {
    byte[] damaged = sound.clone();
    int headerEnd = sound.length - tiny.dataBytes();
    for (int place : places) {
      damaged[place % headerEnd] ^= (byte) (1 << (place / headerEnd % 8));
    }
    opensOrIsRefused(damaged);
  }

  @Property
  void cutAndPadded(@ForAll @IntRange(max = 10_000) int length) {
    boolean whole = opensOrIsRefused(Arrays.copyOf(sound, length));
    assertThat(whole).isEqualTo(length == sound.length);
  }

  @Property
  void anyHeaderLength(@ForAll("headerLengths") long length) {
    byte[] damaged = sound.clone();
    ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    opensOrIsRefused(damaged);
  }

  @Property
  void anyValueInAnEntry(
      @ForAll @IntRange(max = 11) int tensor,
      @ForAll("keys") String key,
      @ForAll("json") String json) {
    ObjectNode header = tiny.header();
    List<JsonNode> entries = new ArrayList<>();
    header.properties().forEach(entry -> entries.add(entry.getValue()));
    entries.remove(0); // __metadata__
    ((ObjectNode) entries.get(tensor)).set(key, TinyFolder.object("{\"v\":" + json + "}").get("v"));
    opensOrIsRefused(tiny.safetensors(header));
  }

  @Property
  void anyEntry(@ForAll @IntRange(max = 12) int place, @ForAll("json") String json) {
    ObjectNode header = tiny.header();
    List<String> names = new ArrayList<>();
    header.fieldNames().forEachRemaining(names::add);
    header.set(names.get(place), TinyFolder.object("{\"v\":" + json + "}").get("v"));
    opensOrIsRefused(tiny.safetensors(header));
  }

  @Property
  void anyBytesAsHeader(@ForAll @Size(max = 300) byte[] header) {
    opensOrIsRefused(TinyFolder.safetensors(header, 16));
  }

  @Property
  void anyValueInTheConfig(@ForAll @IntRange(max = 29) int place, @ForAll("json") String json)
      throws IOException {
    damageConfig(sound, place, json);
  }

  @Property
  void anyValueInADreamConfig(@ForAll @IntRange(max = 21) int place, @ForAll("json") String json)
      throws IOException {
    TinyFolder dream = TinyFolder.dream(folder);
    dream.writeConfig();
    try {
      damageConfig(dream.safetensors(dream.header()), place, json);
    } finally {
      tiny.writeConfig();
    }
  }

  private static void damageConfig(byte[] weights, int place, String json) throws IOException {
    Path config = folder.resolve("config.json");
    byte[] before = Files.readAllBytes(config);
    try {
      ObjectNode changed = TinyFolder.object(new String(before, StandardCharsets.UTF_8));
      List<String> names = new ArrayList<>();
      changed.fieldNames().forEachRemaining(names::add);
      changed.set(names.get(place), TinyFolder.object("{\"v\":" + json + "}").get("v"));
      TinyFolder.write(config, changed.toString());
      opensOrIsRefused(weights);
    } finally {
      Files.write(config, before);
    }
  }

  @Provide
  Arbitrary<Long> headerLengths() {
    return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(0, 200_000_000));
  }

  @Provide
  Arbitrary<String> keys() {
    return Arbitraries.of("dtype", "shape", "data_offsets");
  }

  @Provide
  Arbitrary<String> json() {
    Arbitrary<String> numbers =
        Arbitraries.oneOf(
            Arbitraries.longs().map(String::valueOf),
            Arbitraries.integers().between(-1, 400).map(String::valueOf),
            Arbitraries.bigIntegers().map(String::valueOf),
            Arbitraries.of("1e400", "-0.0", "0.5", "9223372036854775807", "4294967296"));
    Arbitrary<String> words =
        Arbitraries.of(
            "null", "true", "false", "\"\"", "\"F32\"", "\"BF16\"", "\"I64\"", "\"F8_E4M3\"", "{}");
    Arbitrary<String> plain = Arbitraries.oneOf(numbers, words);
    Arbitrary<String> lists =
        plain.list().ofMaxSize(4).map(values -> "[" + String.join(",", values) + "]");
    Arbitrary<String> objects =
        Arbitraries.of("dtype", "shape", "data_offsets", "x")
            .flatMap(key -> lists.map(value -> "{\"" + key + "\":" + value + "}"));
    return Arbitraries.oneOf(plain, lists, objects);
  }

  private static boolean opensOrIsRefused(byte[] weights) {
    TinyFolder.write(tiny.weights(), weights);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
    boolean opened;
    try {
      holdsTogether(Checkpoint.open(folder));
      opened = true;
    } catch (CheckpointException refused) {
      assertThat(refused.getMessage()).contains(folder.toString());
      assertThat(refused.getMessage().length()).isLessThan(1000);
      opened = false;
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - allocatedBefore)
        .isLessThan(MAX_ALLOCATED_BYTES);
    return opened;
  }

  static void holdsTogether(Checkpoint checkpoint) {
    ModelConfig config = checkpoint.config();
    TransformerWeights weights = checkpoint.weights();
    assertThat(weights.layers()).hasSize(config.layers());
    List<TensorData> some =
        List.of(weights.embedding(), weights.layers().get(0).query(), weights.head());
    for (TensorData tensor : some) {
      long numbers = tensor.shape().stream().reduce(1L, Math::multiplyExact);
      assertThat((long) tensor.bytes().remaining()).isEqualTo(numbers * tensor.type().bytes());
      // Reads the last byte: a mapping beyond the file would end the process.
      tensor.bytes().get(tensor.bytes().limit() - 1);
    }
  }
}
