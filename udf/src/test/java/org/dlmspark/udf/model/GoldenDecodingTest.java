package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.GoldenSequences;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.fixtures.Golden;
import org.dlmspark.udf.fixtures.GoldenCase;
import org.dlmspark.udf.service.DecoderService;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the models' authors' own code decodes, token for token and position for position: 60 cases
 * of LLaDA (36 by dKV-Cache's code, 24 by Fast-dLLM's) and 36 of Dream.
 */
final class GoldenDecodingTest {

  /**
   * One by one, and all of a model together, policies mixed, in batches of several sizes; as a CPU
   * and as a GPU lays attention out.
   */
  @ParameterizedTest(name = "{0}: {2} at a time, grids {3}")
  @CsvSource({
    "llada-tiny, 60, 1, false",
    "llada-tiny, 60, 3, false",
    "llada-tiny, 60, 16, false",
    "llada-tiny, 60, 60, false",
    "llada-tiny, 60, 1, true",
    "llada-tiny, 60, 16, true",
    "llada-tiny, 60, 60, true",
    "dream-tiny, 36, 1, false",
    "dream-tiny, 36, 16, false",
    "dream-tiny, 36, 36, false",
    "dream-tiny, 36, 1, true",
    "dream-tiny, 36, 36, true",
  })
  void everyCaseComesOutExactly(String name, int count, int together, boolean grids) {
    Checkpoint checkpoint = Checkpoint.open(Golden.goldenModel(name));
    ModelTraits traits = DecoderService.traits(checkpoint.config());
    List<GoldenCase> cases = Golden.goldenCases(name);
    assertThat(cases).hasSize(count);
    try (TorchDenoisingModel model =
        new TorchDenoisingModel(
            checkpoint, new ModelSettings("auto", "cpu", null, 1, 8192), grids)) {
      BatchScheduler scheduler = new BatchScheduler(model, together, 8192, System::nanoTime);
      IdentityHashMap<Sequence, GoldenCase> expected = new IdentityHashMap<>();
      Deque<Sequence> waiting = new ArrayDeque<>();
      for (GoldenCase c : cases) {
        Sequence sequence = GoldenSequences.sequence(c, traits);
        expected.put(sequence, c);
        waiting.add(sequence);
      }
      int seen = 0;
      while (!waiting.isEmpty() || !scheduler.isIdle()) {
        while (!waiting.isEmpty() && scheduler.admit(waiting.peek())) {
          waiting.remove();
        }
        for (Sequence sequence : scheduler.step()) {
          GoldenCase c = expected.get(sequence);
          assertThat(sequence.generatedIds()).as(c.id()).isEqualTo(c.generatedIds());
          assertThat(sequence.positionsComputed()).as(c.id()).isEqualTo(c.positionsComputed());
          if (c.forwardPasses() > 0) {
            assertThat(sequence.forwardPasses()).as(c.id()).isEqualTo(c.forwardPasses());
          }
          seen++;
        }
      }
      assertThat(seen).isEqualTo(count);
    }
  }
}
