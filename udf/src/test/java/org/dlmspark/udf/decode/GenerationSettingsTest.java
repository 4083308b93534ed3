package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;

final class GenerationSettingsTest {
  private static final ModelTraits LLADA =
      new ModelTraits(9, Set.of(8), false, Schedule.EVEN, null);
  private static final ModelTraits DREAM =
      new ModelTraits(9, Set.of(8), true, Schedule.TIMESTEP, null);

  private static GenerationSettings settings(int genLength, Integer blockLength, Integer steps) {
    return new GenerationSettingsBuilder()
        .genLength(genLength)
        .blockLength(blockLength)
        .steps(steps)
        .build();
  }

  private static void refused(UnaryOperator<GenerationSettingsBuilder> values, String... words) {
    assertThatThrownBy(() -> values.apply(new GenerationSettingsBuilder()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void blocksShareTheStepsEvenly() {
    assertThat(settings(64, 16, 32).resolve(LLADA).stepsPerBlock()).isEqualTo(8);
  }

  @Test
  void aBlockLengthThatDoesNotDivideIsRefused() {
    assertThatThrownBy(() -> settings(64, 24, 64).resolve(LLADA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "generation.block-length = 24 does not divide generation.gen-length = 64: choose a"
                + " divisor of 64, such as 64");
  }

  @Test
  void stepsThatTheBlocksDoNotDivideAreRefused() {
    assertThatThrownBy(() -> settings(64, 16, 30).resolve(LLADA))
        .hasMessage(
            "generation.steps = 30 cannot be shared out over 4 blocks (generation.gen-length /"
                + " generation.block-length): choose a multiple of 4, such as 32");
    assertThatThrownBy(() -> settings(64, 16, 0))
        .hasMessage("generation.steps = 0: must be at least 1");
    assertThatThrownBy(() -> settings(64, null, 31).resolve(LLADA))
        .hasMessageContaining("over 2 blocks");
  }

  @Test
  void chanceHasAPartWhereSomethingIsDrawn() {
    assertThat(new GenerationSettingsBuilder().topK(5).threshold(0.9).build().draws()).isFalse();
    assertThat(new GenerationSettingsBuilder().temperature(0.1).build().draws()).isTrue();
    assertThat(new GenerationSettingsBuilder().algTemp(0.1).build().draws()).isTrue();
    assertThat(new GenerationSettingsBuilder().remasking(Remasking.RANDOM).build().draws())
        .isTrue();
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    refused(to -> to.genLength(0), "generation.gen-length = 0");
    refused(to -> to.blockLength(0), "generation.block-length = 0");
    for (double number : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      refused(to -> to.temperature(number), "generation.temperature = " + number);
      refused(to -> to.algTemp(number), "generation.alg-temp = " + number);
      refused(to -> to.guidanceScale(number), "generation.guidance-scale = " + number);
      refused(to -> to.factor(number), "generation.factor = " + number);
      refused(to -> to.threshold(number), "generation.threshold = " + number);
      refused(to -> to.topP(number), "generation.top-p = " + number);
      refused(to -> to.eps(number), "generation.eps = " + number);
    }
    refused(to -> to.threshold(1.5), "generation.threshold = 1.5", "at most 1");
    refused(to -> to.topP(0), "generation.top-p = 0.0", "above 0");
    refused(to -> to.topK(-1), "generation.top-k = -1");
    refused(to -> to.genLength(8).minNewTokens(9), "generation.min-new-tokens = 9", "= 8");
    refused(to -> to.minNewTokens(-1), "generation.min-new-tokens = -1");
    refused(to -> to.stop(List.of("a", "")), "generation.stop");
    refused(to -> to.refreshInterval(0), "cache.refresh-interval = 0: must be at least 1 (steps)");
    refused(to -> to.windowSize(-1), "cache.window-size = -1");
  }

  @Test
  void whatMakesNoSenseTogetherIsRefusedWithTheReason() {
    refused(
        to -> to.cachePolicy(CachePolicyName.GREEDY),
        "cache.policy = greedy",
        "set generation.remasking = random");
    refused(to -> to.threshold(.9).factor(1.0), "threshold = 0.9", "factor = 1.0", "null");
    for (Remasking remasking : new Remasking[] {Remasking.RANDOM, Remasking.ENTROPY}) {
      refused(
          to -> to.threshold(.9).remasking(remasking),
          "generation.threshold = 0.9",
          remasking.settingName());
      refused(to -> to.factor(2.0).remasking(remasking), "generation.factor = 2.0");
    }
    refused(to -> to.threshold(.9).algTemp(.5), "generation.alg-temp = 0.5");
    refused(to -> to.remasking(Remasking.RANDOM).algTemp(.5), "generation.alg-temp = 0.5");
  }

  @Test
  void whatIsLeftOpenIsAsTheModelsAuthorsHaveIt() {
    GenerationSettings llada = settings(128, null, null).resolve(LLADA);
    assertThat(llada.blockLength()).isEqualTo(32);
    assertThat(llada.steps()).isEqualTo(128);
    assertThat(llada.unmasking().schedule()).isEqualTo(Schedule.EVEN);
    assertThat(settings(48, null, null).resolve(LLADA).blockLength()).isEqualTo(48);
    GenerationSettings dream = settings(128, null, 64).resolve(DREAM);
    assertThat(dream.blockLength()).isEqualTo(128);
    assertThat(dream.steps()).isEqualTo(64);
    assertThat(dream.unmasking().schedule()).isEqualTo(Schedule.TIMESTEP);
    assertThat(dream.cache().policy()).isEqualTo(CachePolicyName.DECODE);
  }

  @Test
  void whatIsSetStays() {
    GenerationSettings set =
        new GenerationSettingsBuilder()
            .genLength(64)
            .blockLength(16)
            .steps(32)
            .schedule(Schedule.TIMESTEP)
            .cachePolicy(CachePolicyName.DUAL)
            .build();
    assertThat(set.resolve(LLADA)).isEqualTo(set);
    assertThat(set.resolve(DREAM)).isEqualTo(set);
    assertThat(new GenerationSettingsBuilder(set).build()).isEqualTo(set);
  }
}
