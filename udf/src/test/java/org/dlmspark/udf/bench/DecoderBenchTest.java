package org.dlmspark.udf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.dlmspark.udf.bench.DecoderBench.Case;
import org.dlmspark.udf.bench.DecoderBench.Cost;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.model.ModelSettings;
import org.dlmspark.udf.model.TorchDenoisingModel;
import org.dlmspark.udf.service.DecodingTraits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
final class DecoderBenchTest {
  private static final String TINY = "random:width=64,layers=2,heads=4,mlp=96,vocab=300";
  private static final GenerationSettings SETTINGS =
      new GenerationSettingsBuilder()
          .genLength(8)
          .blockLength(8)
          .steps(8)
          .refreshInterval(4)
          .build();

  @TempDir private Path folder;

  private Checkpoint checkpoint(String shape) throws IOException {
    RandomFolder.write(ModelShape.parse(shape), folder);
    return Checkpoint.open(folder);
  }

  private static TorchDenoisingModel model(Checkpoint checkpoint) {
    return new TorchDenoisingModel(
        checkpoint, new ModelSettings("auto", "cpu", null, 1, 4096, "grid"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"float32", "bfloat16"})
  void aRandomFolderIsAFolderOfItsShape(String dtype) throws IOException {
    Checkpoint checkpoint = checkpoint(TINY + ",kv-heads=2,context=77,dtype=" + dtype);

    ModelConfig config = checkpoint.config();
    assertThat(config.hiddenSize()).isEqualTo(64);
    assertThat(config.layers()).isEqualTo(2);
    assertThat(config.heads()).isEqualTo(4);
    assertThat(config.kvHeads()).isEqualTo(2);
    assertThat(config.mlpSize()).isEqualTo(96);
    assertThat(config.vocabularySize()).isEqualTo(300);
    assertThat(config.maxSequenceLength()).isEqualTo(77);
    assertThat(config.maskTokenId()).isEqualTo(299);
    assertThat(config.storedType())
        .isEqualTo(dtype.equals("float32") ? NumberType.FLOAT32 : NumberType.BFLOAT16);
    long layer = 2 * 64 + 2 * 64 * 64 + 2 * 32 * 64 + 3 * 64 * 96;
    assertThat(checkpoint.weights().parameters()).isEqualTo(2 * layer + 64 + 2 * 300 * 64);
  }

  @ParameterizedTest
  @EnumSource(value = CachePolicyName.class, mode = EnumSource.Mode.EXCLUDE, names = "BLOCK")
  void positionsAreThoseThatCountingAloneGives(CachePolicyName policy) throws IOException {
    try (TorchDenoisingModel model = model(checkpoint(TINY))) {
      DecoderBench bench =
          new DecoderBench(model, DecodingTraits.of(model.config(), "auto"), SETTINGS);
      Case wanted = new Case(policy, 3, 5);

      Cost cost = bench.measure(wanted, null);

      long repetitions = cost.tokens() / (3 * 8);
      assertThat(cost.tokens()).isEqualTo(repetitions * 3 * 8);
      assertThat(cost.passes()).isEqualTo(repetitions * 8);
      assertThat(cost.nanos()).isPositive();
      assertThat(cost.productNanos()).isPositive();
      assertThat(cost.flops()).isPositive();
      if (policy == CachePolicyName.NONE) {
        assertThat(cost.positions()).isEqualTo(repetitions * 3 * 8 * 13);
      }
      if (policy != CachePolicyName.GREEDY) { // its window lies where the masks are by chance
        assertThat(cost.positions()).isEqualTo(repetitions * bench.positions(wanted));
      }
    }
  }

  @Test
  void operationsAreThoseOfTheMatrixProducts() throws IOException {
    try (TorchDenoisingModel model = model(checkpoint(TINY))) {
      Cost cost =
          new DecoderBench(model, DecodingTraits.of(model.config(), "auto"), SETTINGS)
              .measure(new Case(CachePolicyName.NONE, 1, 5), null);

      long repetitions = cost.tokens() / 8;
      long linear = 4 * 64 * 64 + 3 * 64 * 96;
      long attention = 2 * 13 * 64;
      long layers = 8L * 13 * 2 * (linear + attention);
      long head = (8 + 7 + 6 + 5 + 4 + 3 + 2 + 1) * 300L * 64;
      assertThat(cost.flops()).isEqualTo(repetitions * 2 * (layers + head));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "random:width=64, heads = null",
    "'random:width=64,layers=2,heads=4,mlp=96,vocab=x', vocab = x: must be a number from 1",
    "'random:width=64,layers=2,heads=5,mlp=96,vocab=99', even multiple of heads = 5",
    "'random:width=64,layers=2,heads=4,kv-heads=3,mlp=96,vocab=99', must divide heads = 4",
    "'random:width=64,layers=2,heads=4,mlp=96,vocab=99,dtype=int8', float32 or bfloat16",
    "random:big, 'big' is none of context=",
  })
  void aShapeThatCannotBeIsRefused(String text, String message) {
    assertThatThrownBy(() -> ModelShape.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theShapeOfLlada8bHasItsParameters() {
    ModelShape shape = ModelShape.parse("random:llada-8b");

    long layer = 4L * shape.width() * shape.width() + 3L * shape.width() * shape.mlp();
    long all = shape.layers() * layer + 2L * shape.vocabulary() * shape.width();
    assertThat(all).isBetween(8_000_000_000L, 8_100_000_000L);
    assertThat(shape.type()).isEqualTo(NumberType.BFLOAT16);
  }
}
