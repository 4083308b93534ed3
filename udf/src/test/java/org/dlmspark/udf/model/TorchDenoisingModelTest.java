package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.SafetensorsFile;
import org.dlmspark.udf.checkpoint.TensorData;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TorchDenoisingModelTest {
  private static final Checkpoint FLOAT32 = Checkpoint.open(Golden.goldenModel("llada-tiny"));
  private static final Checkpoint BFLOAT16 =
      Checkpoint.open(Golden.goldenModel("llada-tiny-bf16-sharded"));
  private static final Checkpoint DREAM = Checkpoint.open(Golden.goldenModel("dream-tiny"));
  private static final SafetensorsFile DREAM_FORWARD =
      SafetensorsFile.open(Golden.goldenModel("dream-tiny").resolve("forward.safetensors"));
  private static final SafetensorsFile FORWARD =
      SafetensorsFile.open(Golden.goldenModel("llada-tiny").resolve("forward.safetensors"));
  private static final int VOCABULARY = 256;
  private static final TokenChoice PLAIN = atTemperature(0);

  private static TokenChoice atTemperature(double temperature) {
    return new TokenChoice(new Sampling(temperature, 1, 0), Remasking.LOW_CONFIDENCE, 0, false);
  }

  private static TorchDenoisingModel model(Checkpoint checkpoint, String dtype, boolean grids) {
    return new TorchDenoisingModel(
        checkpoint, new ModelSettings(dtype, "cpu", null, 1, 4096, "grid"), grids);
  }

  private static long[] inputIds() {
    return inputIds(FORWARD);
  }

  private static long[] inputIds(SafetensorsFile forward) {
    ByteBuffer bytes = forward.bytes("input_ids").order(ByteOrder.LITTLE_ENDIAN);
    long[] ids = new long[bytes.remaining() / Long.BYTES];
    bytes.asLongBuffer().get(ids);
    return ids;
  }

  private static float[] reference(String name) {
    return reference(FORWARD, name);
  }

  private static float[] reference(SafetensorsFile forward, String name) {
    TensorData tensor = forward.tensor(name);
    float[] values = new float[tensor.bytes().remaining() / Float.BYTES];
    tensor.bytes().asFloatBuffer().get(values);
    return values;
  }

  /** All positions of the reference's input, in buffer rows from {@code firstRow} on. */
  private static void addWhole(StepBatch batch, int firstRow) {
    addWhole(FORWARD, batch, firstRow);
  }

  private static void addWhole(SafetensorsFile forward, StepBatch batch, int firstRow) {
    long[] ids = inputIds(forward);
    batch.beginSequence(firstRow, ids.length, PLAIN);
    for (int p = 0; p < ids.length; p++) {
      batch.addActive((int) ids[p], p);
    }
  }

  private static double relativeError(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double scale = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return difference / scale;
  }

  @Test
  void logitsAgreeWithTheReferenceInFloat32() {
    StepBatch batch = new StepBatch();
    addWhole(batch, 0);
    try (TorchDenoisingModel model = model(FLOAT32, "float32", false)) {
      assertThat(relativeError(model.logits(batch), reference("logits"))).isLessThan(1e-4);
    }
  }

  @Test
  void bfloat16WeightsFromShardsAgreeWithTheReferenceInFloat32() {
    StepBatch batch = new StepBatch();
    addWhole(batch, 0);
    try (TorchDenoisingModel model = model(BFLOAT16, "float32", false)) {
      assertThat(relativeError(model.logits(batch), reference("logits_bf16_weights")))
          .isLessThan(1e-4);
    }
  }

  /**
   * Grouped-query attention and biases; two sequences, so that a grid is one where grids are on.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dreamAgreesWithItsReference(boolean grids) {
    StepBatch batch = new StepBatch();
    addWhole(DREAM_FORWARD, batch, 100);
    addWhole(DREAM_FORWARD, batch, 0);
    float[] expected = reference(DREAM_FORWARD, "logits_unshifted");
    try (TorchDenoisingModel model = model(DREAM, "float32", grids)) {
      float[] logits = model.logits(batch);
      assertThat(logits).hasSize(2 * expected.length);
      for (int first = 0; first < logits.length; first += expected.length) {
        float[] one = Arrays.copyOfRange(logits, first, first + expected.length);
        assertThat(relativeError(one, expected)).isLessThan(1e-4);
      }
    }
  }

  /** Narrow arithmetic is close, and not exact: else it would not have been used. */
  @ParameterizedTest
  @ValueSource(strings = {"bfloat16", "float16"})
  void narrowNumbersComputeToo(String dtype) {
    StepBatch batch = new StepBatch();
    addWhole(batch, 0);
    try (TorchDenoisingModel model = model(BFLOAT16, dtype, false)) {
      assertThat(relativeError(model.logits(batch), reference("logits_bf16_weights")))
          .isBetween(1e-5, 0.05);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sequencesOfABatchDoNotSeeEachOther(boolean grids) {
    long[] ids = inputIds();
    StepBatch batch = new StepBatch();
    addWhole(batch, 40);
    batch.beginSequence(0, 5, PLAIN);
    for (int p = 0; p < 5; p++) {
      batch.addActive(p + 7, p);
    }
    addWhole(batch, 300);
    float[] expected = reference("logits");
    try (TorchDenoisingModel model = model(FLOAT32, "float32", grids)) {
      float[] logits = model.logits(batch);
      if (!grids) {
        float[] last = new float[expected.length];
        System.arraycopy(logits, (ids.length + 5) * VOCABULARY, last, 0, last.length);
        assertThat(relativeError(last, expected)).isLessThan(1e-4);
      }
      float[] first = new float[expected.length];
      System.arraycopy(logits, 0, first, 0, first.length);
      assertThat(relativeError(first, expected)).isLessThan(1e-4);
    }
  }

  @Test
  void bestTokenAndConfidenceAreThoseOfTheLogits() {
    long[] ids = inputIds();
    StepBatch batch = new StepBatch();
    batch.beginSequence(0, ids.length, PLAIN);
    for (int p = 0; p < ids.length; p++) {
      batch.addActive((int) ids[p], p);
      if (p % 3 == 0) {
        batch.addCandidate(0, false);
      }
    }
    float[] logits = reference("logits");
    try (TorchDenoisingModel model = model(FLOAT32, "float32", false)) {
      model.step(batch);
    }
    for (int i = 0; i < batch.candidates(); i++) {
      int at = batch.position(batch.candidate(i)) * VOCABULARY;
      int best = 0;
      double sum = 0;
      for (int v = 0; v < VOCABULARY; v++) {
        sum += Math.exp(logits[at + v]);
        if (v != 255 && logits[at + v] > logits[at + best]) {
          best = v;
        }
      }
      assertThat(batch.bestToken(i)).isEqualTo(best);
      assertThat(batch.confidence(i)).isEqualTo(Math.exp(logits[at + best]) / sum, within(1e-5));
    }
  }

  /**
   * At a temperature that drowns the logits the token is the one of the largest noise, which a hash
   * of the candidate's key and the token's id decides: computed here once more, in Java.
   */
  @Test
  void noiseIsAHashOfKeyAndToken() {
    long[] keys = {0, 1, -1, 0x123456789ABCDEFL, Long.MIN_VALUE};
    StepBatch batch = new StepBatch();
    batch.beginSequence(0, keys.length, atTemperature(1e9));
    for (int p = 0; p < keys.length; p++) {
      batch.addActive(3, p);
      batch.addCandidate(keys[p], false);
    }
    try (TorchDenoisingModel model = model(FLOAT32, "float32", false)) {
      model.step(batch);
    }
    for (int i = 0; i < keys.length; i++) {
      int best = -1;
      long most = -1;
      for (int v = 0; v < VOCABULARY - 1; v++) {
        long bits = ChoiceReference.splitMix(keys[i] + (v + 1) * 0x9E3779B97F4A7C15L) >>> 12;
        if (bits > most) {
          most = bits;
          best = v;
        }
      }
      assertThat(batch.bestToken(i)).isEqualTo(best);
    }
  }

  /** Gumbel-max draws each token as often as its probability says. */
  @Test
  void temperatureOneSamplesFromTheModel() {
    int draws = 4000;
    StepBatch batch = new StepBatch();
    int[] counts = new int[VOCABULARY];
    float[] logits;
    try (TorchDenoisingModel model = model(FLOAT32, "float32", false)) {
      batch.beginSequence(0, 2, atTemperature(1));
      batch.addActive(1, 0);
      batch.addActive(2, 1);
      logits = model.logits(batch);
      for (int d = 0; d < draws; d++) {
        batch.clear();
        batch.beginSequence(0, 2, atTemperature(1));
        batch.addActive(1, 0);
        batch.addActive(2, 1);
        batch.addCandidate(ChoiceReference.splitMix(d), false);
        model.step(batch);
        counts[batch.bestToken(0)]++;
      }
    }
    double sum = 0;
    for (int v = 0; v < VOCABULARY - 1; v++) {
      sum += Math.exp(logits[VOCABULARY + v]);
    }
    double chiSquare = 0;
    for (int v = 0; v < VOCABULARY - 1; v++) {
      double expected = draws * Math.exp(logits[VOCABULARY + v]) / sum;
      chiSquare += (counts[v] - expected) * (counts[v] - expected) / expected;
    }
    // 254 degrees of freedom: mean 254, standard deviation 22.5.
    assertThat(chiSquare).isLessThan(254 + 5 * 22.5);
    assertThat(counts[255]).as("the mask token is never drawn").isZero();
  }

  /** Buffers grow while sequences run; what they hold must survive it. */
  @Test
  void growingBuffersKeepWhatTheyHold() {
    long[] ids = inputIds();
    float[] expected = reference("logits");
    StepBatch batch = new StepBatch();
    try (TorchDenoisingModel model = model(FLOAT32, "float32", false)) {
      addWhole(batch, 0);
      model.logits(batch);
      batch.clear();
      batch.beginSequence(0, ids.length, PLAIN);
      batch.addActive((int) ids[4], 4);
      batch.beginSequence(1500, 1, PLAIN);
      batch.addActive(1, 0);
      float[] logits = model.logits(batch);
      float[] cached = new float[VOCABULARY];
      float[] reference = new float[VOCABULARY];
      System.arraycopy(logits, 0, cached, 0, VOCABULARY);
      System.arraycopy(expected, 4 * VOCABULARY, reference, 0, VOCABULARY);
      assertThat(relativeError(cached, reference)).isLessThan(1e-4);
    }
  }

  @Test
  void buffersThatCannotGrowStayInUse() {
    StepBatch batch = new StepBatch();
    try (TorchDenoisingModel model = model(FLOAT32, "float32", false)) {
      addWhole(batch, 0);
      model.logits(batch);
      batch.clear();
      batch.beginSequence(0, 1 << 30, PLAIN); // a quarter of a terabyte of keys
      batch.addActive(1, 0);
      assertThatThrownBy(() -> model.step(batch)).matches(OutOfMemory::is);
      batch.clear();
      addWhole(batch, 0);
      assertThat(relativeError(model.logits(batch), reference("logits"))).isLessThan(1e-4);
    }
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () ->
                new TorchDenoisingModel(
                    FLOAT32, new ModelSettings("auto", "gpu:7", null, 0, 100, "grid")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.device = gpu:7");
    assertThatThrownBy(
            () ->
                new TorchDenoisingModel(
                    FLOAT32, new ModelSettings("auto", "auto", "GPU-x", 0, 9, "grid")))
        .hasMessageContaining("Spark assigned the GPU address 'GPU-x', which is no number");
  }
}
