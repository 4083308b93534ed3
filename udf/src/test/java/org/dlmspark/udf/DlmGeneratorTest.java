package org.dlmspark.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.BlockSettings;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.text.TextSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DlmGeneratorTest {

  private static final StructType PROMPTS =
      new StructType().add("id", DataTypes.LongType).add("prompt", DataTypes.StringType);

  private static DlmGenerator generator() {
    return new DlmGenerator("tried").setModelPath("model");
  }

  @Test
  void defaultsAreThoseOfTheSettings() {
    assertThat(generator().settings(PROMPTS))
        .isEqualTo(
            new GenerateSettings(
                new DecoderSettings("model", "auto", "auto", 0, 16, 8192, "auto", "grid"),
                PromptSettings.ofColumn("id", "prompt", true),
                new GenerationSettingsBuilder().build(),
                List.of(),
                "tried",
                0));
  }

  @Test
  void everyParamReachesTheSettings() {
    StructType rows =
        new StructType()
            .add("name", DataTypes.StringType)
            .add("question", DataTypes.StringType)
            .add("steps", DataTypes.IntegerType);
    DlmGenerator generator =
        generator()
            .setIdColumn("name")
            .setPromptColumn("question")
            .setChat(true)
            .setSystemPrompt("Be brief.")
            .setDate("2024-07-26")
            .setAllowSpecialTokens(false)
            .setDtype("bfloat16")
            .setDevice("gpu:1")
            .setThreads(3)
            .setGenLength(64)
            .setBlockLength(16)
            .setSteps(32)
            .setSchedule("timestep")
            .setEps(0.01)
            .setRemasking("maskgit_plus")
            .setAlgTemp(0.25)
            .setTemperature(0.5)
            .setTopP(0.9)
            .setTopK(40)
            .setGuidanceScale(1.5)
            .setMinNewTokens(3)
            .setStopAtEos(false)
            .setStop("Q:", "# end")
            .setSeed(-9_000_000_000L)
            .setCachePolicy("block-decode")
            .setRefreshInterval(4)
            .setWindowSize(6)
            .setBatchMaxSequences(2)
            .setBatchMaxTokens(500);
    GenerateSettings expected =
        new GenerateSettings(
            new DecoderSettings("model", "bfloat16", "gpu:1", 3, 2, 500, "auto", "grid"),
            new PromptSettings(
                "name",
                null,
                new ColumnPrompt("question"),
                true,
                "Be brief.",
                List.of(),
                false,
                TextSettings.of("2024-07-26", false)),
            new GenerationSettingsBuilder()
                .genLength(64)
                .blockLength(16)
                .steps(32)
                .schedule(Schedule.TIMESTEP)
                .eps(0.01)
                .remasking(Remasking.MASKGIT_PLUS)
                .algTemp(0.25)
                .temperature(0.5)
                .topP(0.9)
                .topK(40)
                .guidanceScale(1.5)
                .minNewTokens(3)
                .stopAtEos(false)
                .stop(List.of("Q:", "# end"))
                .seed(-9_000_000_000L)
                .cachePolicy(CachePolicyName.BLOCK_DECODE)
                .refreshInterval(4)
                .windowSize(6)
                .build(),
            List.of(GenerationKey.STEPS),
            "tried",
            0);
    assertThat(generator.settings(rows)).isEqualTo(expected);
    assertThat(generator.copy(ParamMap.empty()).settings(rows)).isEqualTo(expected);
    assertThat(SerializationUtils.clone(generator).settings(rows)).isEqualTo(expected);
    assertThat(generator.setRowSettings(false).settings(rows).rowKeys()).isEmpty();
    assertThat(generator().setThreshold(0.9).settings(PROMPTS).generation().unmasking().threshold())
        .isEqualTo(0.9);
    DlmGenerator blocks =
        generator()
            .setAttention("block")
            .setSmallBlockLength(4)
            .setStepsPerBlock(8)
            .setTokensPerStep(2)
            .setEditingThreshold(0.5)
            .setMaxPostSteps(3)
            .setSmallBlock(true);
    GenerateSettings ofBlocks = blocks.settings(PROMPTS);
    assertThat(ofBlocks.decoder().attention()).isEqualTo("block");
    assertThat(ofBlocks.generation().blocks()).isEqualTo(new BlockSettings(8, 4, 0.5, 3, 2));
    assertThat(ofBlocks.generation().cache().smallBlock()).isTrue();
    assertThat(generator().setFactor(1.5).settings(PROMPTS).generation().unmasking().factor())
        .isEqualTo(1.5);
  }

  @Test
  void aCopyHasParamsOfItsOwn() {
    DlmGenerator generator = generator().setGenLength(64);
    DlmGenerator copy =
        generator.copy(new ParamMap().put(generator.genLength().w(32), generator.steps().w(16)));
    generator.setSeed(5);
    assertThat(copy.uid()).isEqualTo("tried");
    assertThat(copy.settings(PROMPTS).generation())
        .isEqualTo(new GenerationSettingsBuilder().genLength(32).steps(16).build());
    assertThat(generator.settings(PROMPTS).generation())
        .isEqualTo(new GenerationSettingsBuilder().genLength(64).seed(5).build());
  }

  @Test
  void aClearedParamIsLeftToTheModel() {
    DlmGenerator generator = generator().setSteps(7).setGenLength(64);
    generator.clear(generator.steps());
    generator.clear(generator.genLength());
    assertThat(generator.settings(PROMPTS).generation())
        .isEqualTo(new GenerationSettingsBuilder().build());
  }

  @Test
  void theSchemaIsThatOfTheOutput() {
    assertThat(generator().transformSchema(PROMPTS)).isEqualTo(OutputSchema.of(PROMPTS));
  }

  private static Arguments refusal(Consumer<DlmGenerator> act, String... message) {
    return Arguments.of(act, List.of(message));
  }

  static Stream<Arguments> valuesThatCannotBe() {
    return Stream.of(
        refusal(g -> g.setModelPath(" "), "modelPath is not set", "setModelPath(FOLDER)"),
        refusal(g -> g.setModelPath(null), "modelPath = null: must have a value"),
        refusal(g -> g.setDtype("int8"), "dtype = int8: must be one of auto, float32"),
        refusal(g -> g.setDevice("tpu"), "device = tpu: must be auto, cpu, gpu or gpu:N"),
        refusal(g -> g.setThreads(-1), "threads = -1: must be 0"),
        refusal(g -> g.setGenLength(0), "genLength = 0: must be at least 1 (tokens)"),
        refusal(g -> g.setSteps(0), "steps = 0: must be at least 1"),
        refusal(g -> g.setSchedule("odd"), "schedule = \"odd\": must be one of auto, even"),
        refusal(g -> g.setEps(0), "eps = 0.0: must be above 0"),
        refusal(g -> g.setRemasking("best"), "remasking = \"best\": must be one of low_confidence"),
        refusal(g -> g.setAlgTemp(-1), "algTemp = -1.0: must be 0 or"),
        refusal(g -> g.setThreshold(2), "threshold = 2.0: must be above 0 and at most 1"),
        refusal(g -> g.setFactor(0), "factor = 0.0: must be a finite number above 0"),
        refusal(g -> g.setTemperature(Double.NaN), "temperature = NaN: must be a number"),
        refusal(g -> g.setTopP(0), "topP = 0.0: must be above 0"),
        refusal(g -> g.setTopK(-1), "topK = -1: must be at least 1, or 0"),
        refusal(g -> g.setGuidanceScale(-1), "guidanceScale = -1.0: must be 0, for none"),
        refusal(g -> g.setStop("a", ""), "stop has an empty text", "remove it"),
        refusal(g -> g.setStop("a", null), "stop = [a, null]: must be a list of texts"),
        refusal(
            g -> g.setCachePolicy("lru"),
            "cachePolicy = \"lru\": must be one of auto, none, decode"),
        refusal(g -> g.setRefreshInterval(0), "refreshInterval = 0: must be at least 1 (steps)"),
        refusal(g -> g.setWindowSize(-1), "windowSize = -1: must be 0 or more"),
        refusal(g -> g.setBatchMaxSequences(0), "batchMaxSequences = 0: must be at least 1"),
        refusal(g -> g.setBatchMaxTokens(1), "batchMaxTokens = 1: must be at least 2"),
        refusal(g -> g.genLength().w(-3), "genLength = -3: must be at least 1 (tokens)"));
  }

  @ParameterizedTest
  @MethodSource("valuesThatCannotBe")
  void aValueThatCannotBeIsRefusedWhereItIsSet(Consumer<DlmGenerator> act, List<String> message) {
    DlmGenerator generator = generator();
    assertThatThrownBy(() -> act.accept(generator))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .startsWith(message.get(0))
        .contains(message);
    assertThat(generator.settings(PROMPTS)).isEqualTo(generator().settings(PROMPTS));
  }

  static Stream<Arguments> whatDoesNotFit() {
    return Stream.of(
        refusal(g -> g.setBlockLength(0), "blockLength = 0: must be at least 1 (tokens)"),
        refusal(g -> g.setSteps(6).setStepsPerBlock(2), "steps = 6 and stepsPerBlock = 2"),
        refusal(g -> g.setMinNewTokens(129), "minNewTokens = 129: must be from 0 to genLength"),
        refusal(g -> g.setCachePolicy("greedy"), "cachePolicy = greedy", "set remasking = random"),
        refusal(g -> g.setThreshold(0.9).setFactor(1), "threshold = 0.9 and factor = 1.0"),
        refusal(g -> g.setChat(false).setSystemPrompt("x"), "systemPrompt", "set chat = true"),
        refusal(g -> g.clear(g.modelPath()), "modelPath is not set", "setModelPath(FOLDER)"),
        refusal(
            g -> g.setPromptColumn("text"),
            "promptColumn = text: there is no such column; the input has id, prompt, at, seed"),
        refusal(g -> g.setPromptColumn("id"), "promptColumn = id", "of type bigint"),
        refusal(g -> g.setIdColumn("key"), "idColumn = key: there is no such column"),
        refusal(g -> g.setRowSettings(true), "column seed is of type date", "rowSettings = false"));
  }

  @ParameterizedTest
  @MethodSource("whatDoesNotFit")
  void whatDoesNotFitTogetherIsRefusedBySchema(Consumer<DlmGenerator> act, List<String> message) {
    StructType rows = PROMPTS.add("at", DataTypes.DateType).add("seed", DataTypes.DateType);
    DlmGenerator generator = generator().setRowSettings(false);
    act.accept(generator);
    assertThatThrownBy(() -> generator.transformSchema(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains(message);
  }

  @Test
  void aColumnThatTheOutputAddsIsRefused() {
    assertThatThrownBy(
            () -> generator().transformSchema(PROMPTS.add("Completion", DataTypes.StringType)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("columns that the output adds: completion; rename them");
  }
}
