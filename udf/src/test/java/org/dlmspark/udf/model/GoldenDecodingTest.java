package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.CacheSettings;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.decode.SpecialTokens;
import org.dlmspark.udf.fixtures.Golden;
import org.dlmspark.udf.fixtures.GoldenCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the models' authors' own code decodes, token for token and position for position. */
final class GoldenDecodingTest {
  private static final Path FOLDER = Golden.goldenModel("llada-tiny");
  private static final Checkpoint CHECKPOINT = Checkpoint.open(FOLDER);
  private static final SpecialTokens SPECIAL =
      new SpecialTokens(CHECKPOINT.config().maskTokenId(), Set.of(254));

  private static List<GoldenCase> cases() {
    List<GoldenCase> cases = new ArrayList<>(Golden.goldenCases("llada-tiny"));
    cases.removeIf(c -> !List.of("none", "decode").contains(c.cache()));
    assertThat(cases).hasSize(20);
    return cases;
  }

  private static GenerationSettings settings(GoldenCase c) {
    return new GenerationSettings(
        c.genLength(),
        c.blockLength(),
        c.steps(),
        Remasking.LOW_CONFIDENCE,
        0,
        0,
        false,
        new CacheSettings(
            CachePolicyName.valueOf(c.cache().toUpperCase(Locale.ROOT)), c.refreshInterval()));
  }

  /** One by one, and all together in mixed batches; as a CPU and as a GPU lays attention out. */
  @ParameterizedTest(name = "{0} at a time, grids {1}")
  @CsvSource({"1, false", "3, false", "16, false", "20, false", "1, true", "3, true", "16, true"})
  void everyCaseComesOutExactly(int together, boolean grids) {
    try (TorchDenoisingModel model =
        new TorchDenoisingModel(
            CHECKPOINT, new ModelSettings("auto", "cpu", null, 1, 2048), grids)) {
      BatchScheduler scheduler = new BatchScheduler(model, together, 2048, System::nanoTime);
      IdentityHashMap<Sequence, GoldenCase> expected = new IdentityHashMap<>();
      Deque<Sequence> waiting = new ArrayDeque<>();
      for (GoldenCase c : cases()) {
        Sequence sequence = new Sequence(c.promptIds(), settings(c), 0, SPECIAL);
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
          seen++;
        }
      }
      assertThat(seen).isEqualTo(20);
    }
  }
}
