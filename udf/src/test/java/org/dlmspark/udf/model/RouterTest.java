package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dlmspark.udf.checkpoint.Mixture;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.checkpoint.TensorData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The choice of experts, against plain Java in float64. */
final class RouterTest {
  private static final int HIDDEN = 24;
  private static final int EXPERTS = 16;
  private static final int TOKENS = 50;
  private static final int RUNS = 8;

  /** Choices closer than this may fall either way in float32, unless they are ties. */
  private static final double NEAR = 1e-5;

  private static PtNDManager manager;
  private static DenoisingProgram program;

  /**
   * A kind of router.
   *
   * @param name what it is called in reports
   * @param mixture how it chooses and weighs
   * @param biased whether it has a bias
   */
  private record Kind(String name, Mixture mixture, boolean biased) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind("softmax", mixture(4, false, false, 1, 1, 1), false),
        new Kind("softmax, normalised", mixture(4, false, true, 1, 1, 1), false),
        new Kind("all experts", mixture(EXPERTS, false, true, 1, 1, 1), false),
        new Kind("one expert", mixture(1, false, true, 1, 1, 1), false),
        new Kind("sigmoid", mixture(4, true, true, 1, 1, 2.5), true),
        new Kind("sigmoid, groups", mixture(4, true, true, 4, 2, 2.5), true),
        new Kind("sigmoid, all groups", mixture(6, true, true, 8, 8, 1), true),
        new Kind("sigmoid, one group", mixture(3, true, true, 4, 1, 0.5), true),
        new Kind("softmax, groups", mixture(4, false, false, 4, 2, 3), false));
  }

  private static Mixture mixture(
      int perToken, boolean sigmoid, boolean normalised, int groups, int top, double scale) {
    return new Mixture(EXPERTS, perToken, 8, 0, 1, sigmoid, normalised, groups, top, scale);
  }

  /** A router's weight, one row an expert, and its bias. */
  private static final class Router {
    private final float[][] weight = new float[EXPERTS][HIDDEN];
    private final float[] bias = new float[EXPERTS];

    /** Makes experts copies of others. */
    void copy(int from, int to, int experts) {
      for (int i = 0; i < experts; i++) {
        weight[to + i] = weight[from + i];
        bias[to + i] = bias[from + i];
      }
    }
  }

  /**
   * What the reference chooses.
   *
   * @param scores those of the chosen experts, the smallest first
   * @param gap how close the nearest other choice is, ties left out
   */
  private record Choice(List<Double> scores, double gap) {}

  @BeforeAll
  static void load() {
    manager = (PtNDManager) NativeEngine.pytorch().newBaseManager(Device.cpu());
    // As a model does: shapes change from run to run.
    JniUtils.setGraphExecutorOptimize(false);
    program =
        DenoisingProgram.load(
            manager, NumberTypes.all(NumberType.FLOAT32, "test"), false, AttentionForm.EACH);
  }

  @AfterAll
  static void close() {
    program.close();
    manager.close();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theBestExpertsAreChosenAndWeighed(Kind kind) {
    for (int run = 0; run < RUNS; run++) {
      Random random = new Random(run);
      Router router = router(kind, random);
      check(kind, router, hidden(random), NumberType.FLOAT32);
    }
  }

  /** Experts that are copies of others in their group, and groups of others. */
  @ParameterizedTest
  @MethodSource("kinds")
  void ofTiedExpertsAndGroupsAnyWillDo(Kind kind) {
    int groups = kind.mixture().groups();
    int size = EXPERTS / groups;
    for (int run = 0; run < RUNS; run++) {
      Random random = new Random(100 + run);
      Router router = router(kind, random);
      for (int copies = 0; copies < EXPERTS / 2; copies++) {
        int group = random.nextInt(groups) * size;
        router.copy(group + random.nextInt(size), group + random.nextInt(size), 1);
      }
      if (groups > 1) {
        router.copy(0, (1 + random.nextInt(groups - 1)) * size, size);
      }
      check(kind, router, hidden(random), NumberType.FLOAT32);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whereAllExpertsAreTiedTheWeightsAreEqual(Kind kind) {
    Router router = new Router();
    check(kind, router, hidden(new Random(1)), NumberType.FLOAT32);
  }

  /** In bfloat16 the hidden states are widened, and nothing else is rounded. */
  @ParameterizedTest
  @MethodSource("kinds")
  void scoresAreComputedInFloat32(Kind kind) {
    for (int run = 0; run < RUNS; run++) {
      Random random = new Random(200 + run);
      Router router = router(kind, random);
      float[][] hidden = hidden(random);
      for (float[] token : hidden) {
        for (int i = 0; i < HIDDEN; i++) {
          // What bfloat16 can hold.
          token[i] = Float.intBitsToFloat(Float.floatToIntBits(token[i]) & 0xFFFF0000);
        }
      }
      check(kind, router, hidden, NumberType.BFLOAT16);
    }
  }

  @Test
  void theBiasChoosesAndDoesNotWeigh() {
    Router router = new Router();
    router.bias[5] = 10;
    router.bias[9] = 10;
    Mixture mixture = new Mixture(EXPERTS, 2, 8, 0, 1, true, true, 1, 1, 2.5);
    PtNDArray[] routed = route(router, hidden(new Random(1)), mixture, true, NumberType.FLOAT32);
    long[] chosen = routed[0].toLongArray();
    float[] weights = routed[1].toFloatArray();
    for (int token = 0; token < TOKENS; token++) {
      assertThat(Arrays.copyOfRange(chosen, 2 * token, 2 * token + 2))
          .containsExactlyInAnyOrder(5, 9);
      assertThat(weights[2 * token]).isCloseTo(1.25f, within(1e-6f));
      assertThat(weights[2 * token + 1]).isCloseTo(1.25f, within(1e-6f));
    }
  }

  private static Router router(Kind kind, Random random) {
    Router router = new Router();
    if (kind.biased()) {
      fill(router.bias, random, 0.3);
    }
    for (float[] expert : router.weight) {
      fill(expert, random, 0.4);
    }
    return router;
  }

  private static float[][] hidden(Random random) {
    float[][] hidden = new float[TOKENS][HIDDEN];
    for (float[] token : hidden) {
      fill(token, random, 1);
    }
    return hidden;
  }

  private static void fill(float[] numbers, Random random, double deviation) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (deviation * random.nextGaussian());
    }
  }

  private static void check(Kind kind, Router router, float[][] hidden, NumberType type) {
    Mixture mixture = kind.mixture();
    int perToken = mixture.perToken();
    PtNDArray[] routed = route(router, hidden, mixture, kind.biased(), type);
    long[] chosen = routed[0].toLongArray();
    float[] weights = routed[1].toFloatArray();
    assertThat(chosen).hasSize(TOKENS * perToken);
    assertThat(weights).hasSize(TOKENS * perToken);
    int checked = 0;
    for (int token = 0; token < TOKENS; token++) {
      double[] scores = scores(router, hidden[token], mixture.sigmoid());
      Choice expected = choose(scores, router.bias, mixture);
      if (expected.gap() > 0 && expected.gap() < NEAR) {
        continue;
      }
      checked++;
      int[] experts = new int[perToken];
      for (int i = 0; i < perToken; i++) {
        experts[i] = (int) chosen[token * perToken + i];
      }
      assertThat(experts).doesNotHaveDuplicates();
      double[] found = IntStream.of(experts).mapToDouble(expert -> scores[expert]).toArray();
      assertThat(sorted(found))
          .containsExactly(
              expected.scores().stream().mapToDouble(score -> score).toArray(), within(1e-12));
      double sum = mixture.normalised() ? DoubleStream.of(found).sum() : 1;
      for (int i = 0; i < perToken; i++) {
        double weight = found[i] / sum * mixture.scale();
        assertThat((double) weights[token * perToken + i]).isCloseTo(weight, within(2e-6));
      }
    }
    assertThat(checked).isGreaterThan(TOKENS * 9 / 10);
  }

  private static double[] sorted(double[] numbers) {
    return DoubleStream.of(numbers).sorted().toArray();
  }

  private static double[] scores(Router router, float[] token, boolean sigmoid) {
    double[] scores = new double[EXPERTS];
    for (int e = 0; e < EXPERTS; e++) {
      double logit = 0;
      for (int i = 0; i < HIDDEN; i++) {
        logit += (double) router.weight[e][i] * token[i];
      }
      scores[e] = sigmoid ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit);
    }
    double sum = sigmoid ? 1 : DoubleStream.of(scores).sum();
    return DoubleStream.of(scores).map(score -> score / sum).toArray();
  }

  private static Choice choose(double[] scores, float[] bias, Mixture mixture) {
    double[] wanted = IntStream.range(0, EXPERTS).mapToDouble(e -> scores[e] + bias[e]).toArray();
    int size = EXPERTS / mixture.groups();
    double[] ofGroups = new double[mixture.groups()];
    for (int g = 0; g < ofGroups.length; g++) {
      double[] group = sorted(Arrays.copyOfRange(wanted, g * size, (g + 1) * size));
      ofGroups[g] = size < 2 ? 0 : group[size - 1] + group[size - 2];
    }
    List<Integer> groups = best(ofGroups, IntStream.range(0, ofGroups.length).boxed().toList());
    List<Integer> kept = groups.subList(0, mixture.topGroups());
    List<Integer> experts =
        best(
            wanted,
            IntStream.range(0, EXPERTS).filter(e -> kept.contains(e / size)).boxed().toList());
    double gap =
        Math.min(
            gap(ofGroups, groups, mixture.topGroups()), gap(wanted, experts, mixture.perToken()));
    List<Double> chosen =
        experts.stream().limit(mixture.perToken()).map(e -> scores[e]).sorted().toList();
    return new Choice(chosen, gap);
  }

  private static List<Integer> best(double[] numbers, List<Integer> among) {
    List<Integer> order = new ArrayList<>(among);
    order.sort(Comparator.comparingDouble(i -> -numbers[i]));
    return order;
  }

  /** How close the last that is taken and the first that is not are; infinite for ties and ends. */
  private static double gap(double[] numbers, List<Integer> order, int taken) {
    double gap =
        taken < order.size() ? numbers[order.get(taken - 1)] - numbers[order.get(taken)] : 0;
    return gap == 0 ? Double.POSITIVE_INFINITY : gap;
  }

  private static PtNDArray[] route(
      Router router, float[][] hidden, Mixture mixture, boolean biased, NumberType type) {
    PtNDArray weight = array(router.weight);
    PtNDArray bias = (PtNDArray) manager.create(router.bias);
    ByteBuffer bytes = ByteBuffer.allocateDirect(TOKENS * HIDDEN * Float.BYTES);
    for (float[] token : hidden) {
      for (float number : token) {
        bytes.order(ByteOrder.LITTLE_ENDIAN).putFloat(number);
      }
    }
    PtNDArray states =
        new WeightUpload(manager, program, NumberTypes.all(type, "test"), loaded -> {})
            .upload(
                new TensorData(
                    "hidden",
                    NumberType.FLOAT32,
                    List.of((long) TOKENS, (long) HIDDEN),
                    bytes.flip()));
    try (IValue h = IValue.from(states);
        IValue tensors = biased ? IValue.listFrom(weight, bias) : IValue.listFrom(weight);
        IValue numbers =
            IValue.listFrom(
                mixture.perToken(),
                mixture.sigmoid() ? 1L : 0L,
                mixture.normalised() ? 1L : 0L,
                mixture.groups(),
                mixture.topGroups());
        IValue scale = IValue.from(mixture.scale());
        IValue result = program.run("route", h, tensors, numbers, scale)) {
      return result.toTensorArray(manager);
    }
  }

  private static PtNDArray array(float[][] rows) {
    float[] numbers = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, numbers, i * rows[0].length, rows[0].length);
    }
    return (PtNDArray) manager.create(numbers, new Shape(rows.length, rows[0].length));
  }
}
