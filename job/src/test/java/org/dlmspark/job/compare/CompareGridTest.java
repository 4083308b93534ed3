package org.dlmspark.job.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.compare.CompareGrid.Entry;
import org.dlmspark.udf.decode.BlockDiffusion;
import org.dlmspark.udf.decode.CacheSettings;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.service.DecoderSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompareGridTest {

  private static final GenerationSettings OWN =
      new GenerationSettingsBuilder().genLength(64).temperature(0.5).build();

  private static final ModelTraits LLADA =
      new ModelTraits(9, Set.of(8), false, Schedule.EVEN, null);

  @TempDir Path folder;

  private static BlockDiffusion blocks(boolean small) {
    return new BlockDiffusion(32, false, false, small);
  }

  private CompareGrid grid(String text) throws IOException {
    return CompareGridReader.read(Files.writeString(folder.resolve("grid.conf"), text), OWN);
  }

  @Test
  void anEntryIsLaidOverTheRunsSettings() throws IOException {
    CompareGrid grid =
        grid(
            """
            settings = [
              { name = "a", cache { refresh-interval = 2, policy = greedy }, generation.remasking = random }
              { name = 2, generation { gen-length = 32, steps = 16 } }
            ]
            """);
    assertThat(grid.common()).isEmpty();
    assertThat(grid.entries()).extracting(Entry::name).containsExactly("a", "2");
    Entry a = grid.baseline();
    assertThat(a.generation())
        .isEqualTo(
            new GenerationSettingsBuilder(OWN)
                .cachePolicy(CachePolicyName.GREEDY)
                .refreshInterval(2)
                .remasking(Remasking.RANDOM)
                .build());
    assertThat(a.text())
        .isEqualTo(
            "generation.remasking = random, cache.policy = greedy, cache.refresh-interval = 2");
    assertThat(grid.entries().get(1).generation())
        .isEqualTo(new GenerationSettingsBuilder(OWN).genLength(32).steps(16).build());
    assertThat(grid.keys())
        .containsExactlyInAnyOrder(
            GenerationKey.REMASKING,
            GenerationKey.CACHE_POLICY,
            GenerationKey.REFRESH_INTERVAL,
            GenerationKey.GEN_LENGTH,
            GenerationKey.STEPS);
  }

  @Test
  void whatIsCommonHoldsUnlessAnEntrySaysOtherwise() throws IOException {
    CompareGrid grid =
        grid(
            """
            common.generation { threshold = 0.9, seed = 5 }
            settings = [{ name = a }, { name = b, generation.threshold = null }]
            """);
    assertThat(grid.common()).isEqualTo("generation.threshold = 0.9, generation.seed = 5");
    assertThat(grid.entries())
        .extracting(entry -> entry.generation().unmasking().threshold())
        .containsExactly(0.9, null);
    assertThat(grid.entries())
        .extracting(entry -> entry.generation().seed())
        .containsExactly(5L, 5L);
    assertThat(grid.entries())
        .extracting(Entry::text)
        .containsExactly("", "generation.threshold = null");
    assertThat(grid.keys()).containsExactlyInAnyOrder(GenerationKey.THRESHOLD, GenerationKey.SEED);
  }

  @Test
  void theBaselineIsTheOneCalledNone() throws IOException {
    CompareGrid grid =
        grid("settings = [{ name = a }, { name = b }, { name = none, cache.policy = none }]");
    assertThat(grid.entries()).extracting(Entry::name).containsExactly("none", "a", "b");
    assertThat(grid.baseline().generation().cache().policy()).isEqualTo(CachePolicyName.NONE);
  }

  /** Whatever a run's own settings are, the default grid must not be refused for them. */
  @ParameterizedTest
  @CsvSource({
    "low_confidence, 0, ",
    "low_confidence, 0, 0.8",
    "entropy, 0.5, ",
    "random, 0, ",
    "maskgit_plus, 0.1, ",
  })
  void theDefaultGridFitsEveryRun(String remasking, double algTemp, Double threshold) {
    GenerationSettings own =
        new GenerationSettingsBuilder()
            .remasking(
                List.of(Remasking.values()).stream()
                    .filter(value -> value.settingName().equals(remasking))
                    .findFirst()
                    .orElseThrow())
            .algTemp(algTemp)
            .threshold(threshold)
            .build();
    CompareGrid grid = CompareGridReader.byDefault(LLADA, own);
    assertThat(grid.source()).isEqualTo("the default grid");
    assertThat(grid.baseline().name()).isEqualTo("none");
    assertThat(grid.baseline().generation().unmasking().threshold()).isNull();
    assertThat(grid.entries())
        .extracting(entry -> entry.generation().cache().policy())
        .contains(
            Arrays.stream(CachePolicyName.values())
                .filter(policy -> policy != CachePolicyName.BLOCK)
                .toArray(CachePolicyName[]::new));
    assertThat(grid.entries())
        .filteredOn(entry -> entry.name().contains("threshold 0.9"))
        .extracting(entry -> entry.generation().unmasking().threshold())
        .containsExactly(0.9, 0.9, 0.9);
    assertThat(grid.entries())
        .filteredOn(entry -> entry.name().startsWith("greedy"))
        .extracting(entry -> entry.generation().cache())
        .containsExactly(new CacheSettings(CachePolicyName.GREEDY, 2, 4, false));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void modelsOfBlockDiffusionHaveGridsOfTheirOwn(boolean shifted) {
    ModelTraits model = new ModelTraits(9, Set.of(8), shifted, Schedule.EVEN, blocks(shifted));
    CompareGrid grid = CompareGridReader.byDefault(model, OWN);
    assertThat(grid.baseline().name()).isEqualTo("none");
    assertThat(grid.entries())
        .extracting(entry -> entry.generation().cache().policy())
        .contains(CachePolicyName.BLOCK);
    for (Entry entry : grid.entries()) {
      assertThat(entry.generation().resolve(model).blockLength()).isEqualTo(32);
    }
  }

  @Test
  void aRunThatEditsIsComparedWithItsEdits() throws IOException {
    ModelTraits model = new ModelTraits(9, Set.of(8), false, Schedule.EVEN, blocks(false));
    GenerationSettings own =
        grid("settings = [{ name = a, generation { temperature = 0, threshold = 0.8,"
                + " editing-threshold = 0.6, tokens-per-step = 2 } }]")
            .baseline()
            .generation();
    CompareGrid grid = CompareGridReader.byDefault(model, own);
    assertThat(grid.baseline().generation().blocks()).isEqualTo(own.blocks());
    assertThat(grid.entries())
        .extracting(entry -> entry.generation().resolve(model).blocks().editingThreshold())
        .containsExactly(0.6, 0.6, 0.5, 0.0, null);
  }

  /** Open-dCoder's own order, with the steps of its preset. */
  @Test
  void aRunThatMasksAgainIsComparedWithOrdersThatDoNot() {
    ModelTraits model = new ModelTraits(9, Set.of(8), true, Schedule.TIMESTEP, null);
    GenerationSettings own =
        new GenerationSettingsBuilder().genLength(128).steps(200).remasking(Remasking.P2).build();
    CompareGrid grid = CompareGridReader.byDefault(model, own);
    assertThat(grid.baseline().generation().unmasking().remasking()).isEqualTo(Remasking.P2);
    assertThat(grid.entries())
        .extracting(entry -> entry.generation().resolve(model).cache().policy())
        .containsExactly(
            CachePolicyName.NONE,
            CachePolicyName.NONE,
            CachePolicyName.DECODE,
            CachePolicyName.DECODE,
            CachePolicyName.NONE,
            CachePolicyName.DECODE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "settings = [] | : has no settings: write settings = [",
        "other = 1 | : unknown key other (FILE: 1): a grid holds settings = [",
        "settings = 5 | : has no settings: write settings = [",
        "settings = [5] | : 5 (FILE: 1) must be a group, such as { name = \"none\"",
        "common = 5, settings = [{ name = a }] | : common (FILE: 1) must be a group of settings",
        "settings = [{ cache.policy = none }] | : a setting's name = \"\" (FILE: 1): must be 1 to"
            + " 30 letters",
        "settings = [{ name = \"a*b\" }] | : a setting's name = \"a*b\" (FILE: 1): must be",
        "settings = [{ name = \"../a\" }] | : a setting's name = \"../a\" (FILE: 1): must be",
        "settings = [{ name = a }, { name = a }] | : two settings are called \"a\" (FILE: 1): give",
        "settings = [{ name = a, cache.refresh-intervall = 8 }] | , setting \"a\": unknown setting"
            + " cache.refresh-intervall (FILE: 1): did you mean cache.refresh-interval?",
        "settings = [{ name = a, batch.max-tokens = 8 }] | , setting \"a\": batch.max-tokens (FILE:"
            + " 1): a grid varies generation and cache settings and model.dtype alone; set it for",
        "settings = [{ name = a, model.dtype = null }] | , setting \"a\": model.dtype = null:"
            + " must have a value",
        "common.model.path = m, settings = [{ name = a }] | , common: model.path (FILE: 1): a grid"
            + " varies",
        "settings = [{ name = a, generation.steps = many }] | , setting \"a\": generation.steps ="
            + " \"many\": must be a whole number (FILE: 1)",
        "settings = [{ name = a, cache.policy = greedy }] | , setting \"a\": cache.policy = greedy"
            + " must know which positions come next, and generation.remasking = low_confidence",
        "settings = [{ name = a, generation.block-length = 0 }] | , setting \"a\":"
            + " generation.block-length = 0: must be at least 1 (tokens)",
        "settings = [{ name = a, cache.policy = ${x} }] | : cannot be resolved: ",
        "settings = [ | : cannot be read as HOCON, correct it there: ",
      })
  void refusals(String text, String message) {
    String file = folder.resolve("grid.conf").toString();
    assertThatThrownBy(() -> grid(text))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("--grid " + file + message.replace("FILE", file));
  }

  @Test
  void anEntryMayHaveANumberTypeOfItsOwn() throws IOException {
    CompareGrid grid =
        grid(
            "common.model.dtype = float32, settings = [{ name = none }, { name = narrow,"
                + " model.dtype = bfloat16, cache.policy = none }]");
    DecoderSettings own = new DecoderSettings("m", "auto", "cpu", 2, 4, 500, "auto", "grid");

    assertThat(grid.entries())
        .extracting(entry -> entry.decoder(own))
        .containsExactly(own.withDtype("float32"), own.withDtype("bfloat16"));
    assertThat(grid.entries().get(1).text())
        .isEqualTo("model.dtype = bfloat16, cache.policy = none");
    assertThat(grid.keys()).containsExactly(GenerationKey.CACHE_POLICY);
    assertThat(grid("settings = [{ name = a }]").baseline().decoder(own)).isSameAs(own);
  }

  @Test
  void aNumberTypeThatThereIsNotIsRefusedBeforeAnyWork() throws IOException {
    CompareGrid grid = grid("settings = [{ name = a, model.dtype = int8 }]");
    assertThatThrownBy(
            () ->
                grid.checkFits(
                    null, new DecoderSettings("m", "auto", "cpu", 2, 4, 500, "auto", "grid")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(
            "setting \"a\": model.dtype = int8: must be one of auto, float32, float16, bfloat16");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatThrownBy(() -> CompareGridReader.read(Path.of("no.conf"), OWN))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "--grid no.conf: there is no such file; check the path: a relative one begins where you stand");
  }
}
