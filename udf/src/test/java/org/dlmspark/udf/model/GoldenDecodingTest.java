package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.dlmspark.udf.checkpoint.Attention;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GoldenSequences;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.fixtures.Golden;
import org.dlmspark.udf.fixtures.GoldenCase;
import org.dlmspark.udf.service.DecodingTraits;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the models' authors' own code decodes, token for token and position for position: 60 cases
 * of LLaDA (36 by dKV-Cache's code, 24 by Fast-dLLM's), 36 of Dream, and 290 of the families after
 * them.
 */
final class GoldenDecodingTest {
  private static final String SMALL_BLOCK = "cache.small-block";

  /**
   * One by one, and all of a model together, policies mixed, in batches of several sizes; as a CPU
   * and as a GPU lays attention out, in both forms.
   */
  @ParameterizedTest(name = "{0}: {2} at a time, attention {3}")
  @CsvSource({
    "llada-tiny, 60, 1, each",
    "llada-tiny, 60, 3, each",
    "llada-tiny, 60, 16, each",
    "llada-tiny, 60, 60, each",
    "llada-tiny, 60, 1, grids",
    "llada-tiny, 60, 16, grids",
    "llada-tiny, 60, 60, grids",
    "llada-tiny, 60, 1, varlen",
    "llada-tiny, 60, 60, varlen",
    "dream-tiny, 36, 1, each",
    "dream-tiny, 36, 16, each",
    "dream-tiny, 36, 36, each",
    "dream-tiny, 36, 1, grids",
    "dream-tiny, 36, 36, grids",
    "dream-tiny, 36, 36, varlen",
    "llada2-tiny, 60, 1, each",
    "llada2-tiny, 60, 60, each",
    "llada2-tiny, 60, 60, grids",
    "llada2-tiny, 60, 60, varlen",
    "llada-moe-tiny, 28, 1, each",
    "llada-moe-tiny, 28, 28, grids",
    "sdar-tiny, 36, 1, each",
    "sdar-tiny, 36, 36, each",
    "sdar-tiny, 36, 36, grids",
    "sdar-tiny, 36, 36, varlen",
    "sdar-moe-tiny, 30, 1, each",
    "sdar-moe-tiny, 30, 30, grids",
    "fast-dllm-v2-tiny, 46, 1, each",
    "fast-dllm-v2-tiny, 46, 46, each",
    "fast-dllm-v2-tiny, 46, 46, grids",
    "fast-dllm-v2-tiny, 46, 46, varlen",
    "a2d-qwen3-tiny, 46, 1, each",
    "a2d-qwen3-tiny, 46, 46, grids",
    "a2d-qwen3-tiny, 46, 46, varlen",
    "rnd1-tiny, 20, 1, each",
    "rnd1-tiny, 20, 20, grids",
    "open-dcoder-tiny, 24, 1, each",
    "open-dcoder-tiny, 24, 24, grids",
  })
  void everyCaseComesOutExactly(String name, int count, int together, String attention) {
    List<GoldenCase> cases = Golden.goldenCases(name);
    assertThat(cases).hasSize(count);
    decode(
        name,
        together,
        attention,
        GoldenSequences::settings,
        (c, sequence) -> {
          assertThat(sequence.generatedIds()).as(c.id()).isEqualTo(c.generatedIds());
          assertThat(sequence.positionsComputed()).as(c.id()).isEqualTo(c.positionsComputed());
          if (c.forwardPasses() > 0) {
            assertThat(sequence.forwardPasses()).as(c.id()).isEqualTo(c.forwardPasses());
          }
        });
  }

  /** Nothing that a finished block holds can change: the cache of block diffusion is exact. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llada2-tiny",
        "sdar-tiny",
        "sdar-moe-tiny",
        "a2d-qwen3-tiny",
        "fast-dllm-v2-tiny"
      })
  void withoutACacheTheTokensAreTheSame(String name) {
    decode(
        name,
        16,
        "each",
        // What is decoded in small blocks alone is approximate, and full attention has no blocks.
        c ->
            c.attention().equals("full") || Boolean.TRUE.equals(c.settings().get(SMALL_BLOCK))
                ? GoldenSequences.settings(c)
                : GoldenSequences.withoutCache(c),
        (c, sequence) -> {
          assertThat(sequence.generatedIds()).as(c.id()).isEqualTo(c.generatedIds());
          if (c.positionsWithoutCache() > 0) {
            assertThat(sequence.positionsComputed())
                .as(c.id())
                .isEqualTo(c.positionsWithoutCache())
                .isEqualTo(sequence.positionsTotal());
          }
        });
  }

  private static void decode(
      String name,
      int together,
      String attention,
      Function<GoldenCase, GenerationSettings> settings,
      BiConsumer<GoldenCase, Sequence> check) {
    Checkpoint checkpoint = Checkpoint.open(Golden.goldenModel(name));
    List<GoldenCase> cases = Golden.goldenCases(name);
    try (TorchDenoisingModel model =
        Attentions.model(
            checkpoint, new ModelSettings("float32", "cpu", null, 1, 8192, "grid"), attention)) {
      BatchScheduler scheduler = new BatchScheduler(model, together, 8192, System::nanoTime);
      IdentityHashMap<Sequence, GoldenCase> expected = new IdentityHashMap<>();
      Deque<Sequence> waiting = new ArrayDeque<>();
      boolean unsaid = checkpoint.config().attention().kind() == Attention.Kind.UNSAID;
      for (GoldenCase c : cases) {
        ModelTraits traits =
            DecodingTraits.of(checkpoint.config(), unsaid ? c.attention() : "auto");
        Sequence sequence = GoldenSequences.sequence(c, settings.apply(c), traits);
        expected.put(sequence, c);
        waiting.add(sequence);
      }
      int seen = 0;
      while (!waiting.isEmpty() || !scheduler.isIdle()) {
        while (!waiting.isEmpty() && scheduler.admit(waiting.peek())) {
          waiting.remove();
        }
        for (Sequence sequence : scheduler.step()) {
          check.accept(expected.get(sequence), sequence);
          seen++;
        }
      }
      assertThat(seen).isEqualTo(cases.size());
    }
  }
}
