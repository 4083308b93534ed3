package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is completed and refused for models that decode block after block, and for the others. */
final class BlockSettingsTest {
  private static final ModelTraits LLADA2 = blocks(false, Schedule.EVEN, 32, false, true);
  private static final ModelTraits SDAR = blocks(false, Schedule.EVEN, 4, false, false);
  private static final ModelTraits BD3LM = blocks(false, Schedule.ROUNDED, 32, true, false);
  private static final ModelTraits FAST_DLLM = blocks(true, Schedule.EVEN, 32, false, false);
  private static final ModelTraits LLADA = full(false, Schedule.EVEN);
  private static final ModelTraits MDLM = full(false, Schedule.ROUNDED);
  private static final ModelTraits DREAM = full(true, Schedule.TIMESTEP);
  private static final ModelTraits RND1 = full(true, Schedule.KEPT);

  private static ModelTraits blocks(
      boolean shifted, Schedule schedule, int length, boolean fromPrompt, boolean within) {
    return new ModelTraits(
        99, Set.of(98), shifted, schedule, new BlockDiffusion(length, fromPrompt, within, shifted));
  }

  private static ModelTraits full(boolean shifted, Schedule schedule) {
    return new ModelTraits(99, Set.of(98), shifted, schedule, null);
  }

  private static GenerationSettingsBuilder settings() {
    return new GenerationSettingsBuilder().genLength(64);
  }

  private static void refused(
      GenerationSettingsBuilder settings, ModelTraits model, String beginning) {
    GenerationSettings asked = settings.build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> asked.resolve(model))
        .withMessageStartingWith(beginning);
  }

  private static void refusedAlways(GenerationSettingsBuilder settings, String beginning) {
    assertThatIllegalArgumentException()
        .isThrownBy(settings::build)
        .withMessageStartingWith(beginning);
  }

  // ----- What is completed -----

  @Test
  void theUsualBlockIsThatOfTheModelAndAStepDecodesOneToken() {
    GenerationSettings resolved = settings().build().resolve(SDAR);
    assertThat(resolved.blockLength()).isEqualTo(4);
    assertThat(resolved.blocks().stepsPerBlock()).isEqualTo(4);
    assertThat(resolved.stepsPerBlock()).isEqualTo(4);
    assertThat(resolved.unmasking().schedule()).isEqualTo(Schedule.EVEN);
    assertThat(resolved.cache().policy()).isEqualTo(CachePolicyName.BLOCK);
    assertThat(resolved.steps()).isNull();
  }

  @Test
  void blocksNeedNotDivideTheLength() {
    GenerationSettings resolved = settings().blockLength(24).build().resolve(SDAR);
    assertThat(resolved.blockLength()).isEqualTo(24);
    assertThat(resolved.blocks().stepsPerBlock()).isEqualTo(24);
  }

  @Test
  void stepsOfLlada2AreNeverMoreThanTheTokensToGenerate() {
    GenerationSettings usual = settings().genLength(10).build();
    assertThat(usual.resolve(LLADA2).blocks().stepsPerBlock()).isEqualTo(10);
    GenerationSettings asked = settings().genLength(10).stepsPerBlock(20).build();
    assertThat(asked.resolve(LLADA2).blocks().stepsPerBlock()).isEqualTo(10);
    assertThat(asked.resolve(BD3LM).blocks().stepsPerBlock()).isEqualTo(20);
    GenerationSettings fewer = settings().genLength(10).stepsPerBlock(5).build();
    assertThat(fewer.resolve(LLADA2).blocks().stepsPerBlock()).isEqualTo(5);
  }

  @Test
  void theScheduleIsTheAuthorsUnlessAnotherIsAskedFor() {
    assertThat(settings().build().resolve(BD3LM).unmasking().schedule())
        .isEqualTo(Schedule.ROUNDED);
    GenerationSettings even = settings().schedule(Schedule.EVEN).build().resolve(BD3LM);
    assertThat(even.unmasking().schedule()).isEqualTo(Schedule.EVEN);
  }

  @Test
  void smallBlocksHaveEightTokensUnlessTheBlockIsShorter() {
    GenerationSettings usual = settings().build().resolve(FAST_DLLM);
    assertThat(usual.blockLength()).isEqualTo(32);
    assertThat(usual.blocks().smallBlockLength()).isEqualTo(8);
    GenerationSettings shorter = settings().blockLength(4).build().resolve(FAST_DLLM);
    assertThat(shorter.blocks().smallBlockLength()).isEqualTo(4);
    GenerationSettings asked = settings().smallBlockLength(16).smallBlockCache(true).build();
    assertThat(asked.resolve(FAST_DLLM).blocks().smallBlockLength()).isEqualTo(16);
    assertThat(asked.resolve(FAST_DLLM).cache().smallBlock()).isTrue();
  }

  @Test
  void whatIsResolvedIsResolvedToItself() {
    for (ModelTraits model : new ModelTraits[] {LLADA2, SDAR, BD3LM, FAST_DLLM, LLADA, DREAM}) {
      GenerationSettings resolved = settings().build().resolve(model);
      assertThat(resolved.resolve(model)).isEqualTo(resolved);
    }
  }

  @Test
  void whereAllSeeAllTheUsualCacheIsDecode() {
    assertThat(settings().build().resolve(LLADA).cache().policy())
        .isEqualTo(CachePolicyName.DECODE);
    assertThat(settings().cachePolicy(CachePolicyName.NONE).build().resolve(LLADA).cache())
        .extracting(CacheSettings::policy)
        .isEqualTo(CachePolicyName.NONE);
  }

  @Test
  void whereAllSeeAllTheUsualBlockIs32OrTheWholeRegion() {
    assertThat(settings().build().resolve(LLADA).blockLength()).isEqualTo(32);
    assertThat(settings().build().resolve(MDLM).blockLength()).isEqualTo(32);
    assertThat(settings().genLength(40).build().resolve(LLADA).blockLength()).isEqualTo(40);
    assertThat(settings().genLength(40).build().resolve(MDLM).blockLength()).isEqualTo(32);
    assertThat(settings().build().resolve(DREAM).blockLength()).isEqualTo(64);
    assertThat(settings().build().resolve(RND1).blockLength()).isEqualTo(64);
  }

  @Test
  void stepsPerBlockCountForARegionAsWell() {
    GenerationSettings resolved =
        settings().blockLength(16).stepsPerBlock(5).build().resolve(LLADA);
    assertThat(resolved.steps()).isEqualTo(20);
    assertThat(resolved.stepsPerBlock()).isEqualTo(5);
  }

  @Test
  void roundedBlocksOfARegionNeedNotDivideIt() {
    GenerationSettings resolved =
        settings().genLength(20).blockLength(8).steps(7).build().resolve(MDLM);
    assertThat(resolved.blockLength()).isEqualTo(8);
    assertThat(resolved.stepsPerBlock()).isEqualTo(3);
  }

  // ----- What is refused for models that decode block after block -----

  @ParameterizedTest
  @EnumSource(
      value = CachePolicyName.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NONE", "DECODE", "BLOCK"})
  void policiesThatCountOnWhatIsBehindTheBlockAreRefused(CachePolicyName policy) {
    refused(
        settings().remasking(Remasking.RANDOM).cachePolicy(policy),
        SDAR,
        "cache.policy = "
            + policy.settingName()
            + " has no meaning for a model that decodes block");
  }

  @ParameterizedTest
  @EnumSource(
      value = CachePolicyName.class,
      names = {"NONE", "DECODE", "BLOCK"})
  void otherPoliciesAreKept(CachePolicyName policy) {
    GenerationSettings resolved = settings().cachePolicy(policy).build().resolve(LLADA2);
    assertThat(resolved.cache().policy()).isEqualTo(policy);
  }

  @Test
  void whatOnlyARegionHasIsRefused() {
    refused(
        settings().guidanceScale(1.5), SDAR, "generation.guidance-scale = 1.5: guidance is not");
    refused(settings().factor(1.5), SDAR, "generation.factor = 1.5 is for models whose positions");
    refused(settings().remasking(Remasking.P2), SDAR, "generation.remasking = p2 masks tokens of");
    refused(
        settings().schedule(Schedule.TIMESTEP),
        SDAR,
        "generation.schedule = timestep is for models");
    refused(settings().schedule(Schedule.KEPT), LLADA2, "generation.schedule = kept is for models");
  }

  @Test
  void stepsOfTheWholeCompletionAreRefused() {
    refused(settings().steps(64), SDAR, "generation.steps = 64 counts the steps of the whole");
    refused(settings().steps(64), FAST_DLLM, "generation.steps = 64 counts the steps of the whole");
    String whole =
        "generation.steps = 64 counts the steps of the whole completion, and this model decodes block"
            + " after block: ";
    refused(
        settings().steps(64),
        SDAR,
        whole + "set generation.steps-per-block, such as generation.steps-per-block = 4");
    refused(settings().steps(64), FAST_DLLM, whole + "leave it out, and set generation.threshold");
    refused(
        settings().steps(64).editingThreshold(0.5),
        LLADA2,
        whole + "leave it out, and set generation.tokens-per-step and generation.threshold");
  }

  @Test
  void smallBlocksAreForModelsThatDecodeThem() {
    String length = "generation.small-block-length = 8 is for models that decode small blocks";
    String cache = "cache.small-block = true is for models that decode small blocks";
    refused(settings().smallBlockLength(8), LLADA2, length);
    refused(settings().smallBlockCache(true), LLADA2, cache);
    refused(settings().smallBlockLength(8), DREAM, length);
    refused(settings().smallBlockCache(true), LLADA, cache);
  }

  @Test
  void smallBlocksDivideTheBlock() {
    refused(
        settings().smallBlockLength(5),
        FAST_DLLM,
        "generation.small-block-length = 5: must divide generation.block-length = 32");
    refused(
        settings().blockLength(12),
        FAST_DLLM,
        "generation.small-block-length = 8: must divide generation.block-length = 12");
  }

  @Test
  void smallBlocksHaveACacheOfTheirOwn() {
    refused(
        settings().cachePolicy(CachePolicyName.DECODE),
        FAST_DLLM,
        "cache.policy = decode is not there for this model");
    refused(
        settings().cachePolicy(CachePolicyName.NONE).smallBlockCache(true),
        FAST_DLLM,
        "cache.small-block = true is a cache");
  }

  @Test
  void smallBlocksAreDecodedByProbabilityAlone() {
    String none = " has no meaning for this model, which decodes small blocks by";
    refused(
        settings().editingThreshold(0.5), FAST_DLLM, "generation.editing-threshold = 0.5" + none);
    refused(settings().stepsPerBlock(4), FAST_DLLM, "generation.steps-per-block = 4" + none);
    refused(settings().tokensPerStep(2), FAST_DLLM, "generation.tokens-per-step = 2" + none);
    refused(
        settings().schedule(Schedule.ROUNDED),
        FAST_DLLM,
        "generation.schedule = rounded: small blocks have no schedule, set auto");
    String byProbability = "this model decodes small blocks by probability";
    refused(settings().remasking(Remasking.SEQUENTIAL), FAST_DLLM, byProbability);
    refused(settings().remasking(Remasking.ENTROPY), FAST_DLLM, byProbability);
    refused(settings().algTemp(0.5), FAST_DLLM, byProbability);
  }

  @Test
  void editsHaveNoSchedule() {
    refused(
        settings().tokensPerStep(2),
        LLADA2,
        "generation.tokens-per-step = 2 stands beside generation.editing-threshold");
    refused(
        settings().editingThreshold(0.5).stepsPerBlock(8),
        LLADA2,
        "generation.steps-per-block = 8 is a schedule");
    refused(
        settings().editingThreshold(0.5).schedule(Schedule.ROUNDED),
        LLADA2,
        "generation.schedule = rounded: with generation.editing-threshold there is no schedule");
  }

  @Test
  void editsLookAtEveryPosition() {
    refused(
        settings().editingThreshold(0.5).cachePolicy(CachePolicyName.DECODE),
        LLADA2,
        "cache.policy = decode does not compute decoded tokens");
  }

  @Test
  void editsHoldProbabilitiesAgainstEachOther() {
    String beginning = "generation.editing-threshold = 0.5 is held against the probabilities";
    refused(settings().editingThreshold(0.5).remasking(Remasking.TOPK_MARGIN), LLADA2, beginning);
    refused(settings().editingThreshold(0.5).remasking(Remasking.MASKGIT_PLUS), LLADA2, beginning);
    refused(settings().editingThreshold(0.5).remasking(Remasking.RANDOM), LLADA2, beginning);
    refused(settings().editingThreshold(0.5).remasking(Remasking.ENTROPY), LLADA2, beginning);
    refused(settings().editingThreshold(0.5).algTemp(1), LLADA2, beginning);
    refused(settings().editingThreshold(0.5).temperature(1), LLADA2, beginning);
  }

  @Test
  void editsAreThereWhereverBlocksAreCountedFrom() {
    GenerationSettings asked = settings().editingThreshold(0.0).tokensPerStep(3).build();
    assertThat(asked.resolve(LLADA2).blocks().tokensPerStep()).isEqualTo(3);
    assertThat(asked.resolve(BD3LM).blocks().edits()).isTrue();
  }

  // ----- What is refused where all positions see each other -----

  @Test
  void whatOnlyBlocksHaveIsRefused() {
    refused(
        settings().cachePolicy(CachePolicyName.BLOCK),
        LLADA,
        "cache.policy = block is for models that decode block after block");
    refused(
        settings().editingThreshold(0.5),
        LLADA,
        "generation.editing-threshold = 0.5 is for models that decode block after block");
  }

  @Test
  void blocksOfARegionDivideItAndItsSteps() {
    refused(
        settings().blockLength(24),
        LLADA,
        "generation.block-length = 24 does not divide generation.gen-length = 64");
    refused(
        settings().blockLength(16).steps(6),
        LLADA,
        "generation.steps = 6 cannot be shared out over 4 blocks");
  }

  @Test
  void whatIsMaskedAgainIsLookedAtInEveryStepAndAsAWhole() {
    refused(
        settings().remasking(Remasking.P2).cachePolicy(CachePolicyName.DECODE),
        DREAM,
        "generation.remasking = p2 looks at decoded tokens again in every step");
    GenerationSettingsBuilder p2 = settings().remasking(Remasking.P2);
    GenerationSettings resolved = p2.build().resolve(DREAM);
    assertThat(resolved.blockLength()).isEqualTo(64);
    assertThat(resolved.cache().policy()).isEqualTo(CachePolicyName.NONE);
    refused(
        new GenerationSettingsBuilder(p2.build()).schedule(Schedule.EVEN),
        DREAM,
        "generation.remasking = p2 says itself how many tokens a step masks: leave out"
            + " generation.schedule = even");
    refused(
        new GenerationSettingsBuilder(p2.build()).algTemp(0.5),
        DREAM,
        "generation.remasking = p2 says itself how many tokens a step masks");
    refused(
        new GenerationSettingsBuilder(p2.build()).threshold(0.5),
        DREAM,
        "generation.remasking = p2 says itself how many tokens a step masks");
    refused(
        new GenerationSettingsBuilder(p2.build()).blockLength(32),
        DREAM,
        "generation.remasking = p2 looks at the whole completion: leave out");
  }

  @Test
  void noBlockOfARegionIsLongerThanIt() {
    GenerationSettings asked =
        settings().schedule(Schedule.ROUNDED).blockLength(Integer.MAX_VALUE).build();
    assertThat(asked.resolve(LLADA).blockLength()).isEqualTo(64);
  }

  @Test
  void stepsOfABlockAreBounded() {
    int most = 1 << 14;
    assertThat(settings().blockLength(32).steps(2 * most).build().resolve(LLADA).stepsPerBlock())
        .isEqualTo(most);
    refused(
        settings().blockLength(32).steps(2 * most + 2),
        LLADA,
        "generation.steps = 32770: must be at most 16384 a block, and there are 2 of them");
    refused(
        settings().schedule(Schedule.ROUNDED).blockLength(33).steps(Integer.MAX_VALUE),
        LLADA,
        "generation.steps = 2147483647: must be at most 16384 a block, and there are 2 of them");
  }

  @Test
  void withoutABlockLengthTheWholeIsMaskedAgainWhateverTheModelsUsualBlock() {
    GenerationSettingsBuilder p2 =
        settings().remasking(Remasking.P2).cachePolicy(CachePolicyName.NONE);
    assertThat(p2.build().resolve(LLADA).blockLength()).isEqualTo(64);
  }

  // ----- What is refused for any model -----

  @Test
  void numbersOutsideOfTheirRangesAreRefused() {
    refusedAlways(settings().blockLength(0), "generation.block-length = 0: must be at least 1");
    refusedAlways(
        settings().stepsPerBlock(0), "generation.steps-per-block = 0: must be from 1 to 16384");
    refusedAlways(
        settings().stepsPerBlock(16385),
        "generation.steps-per-block = 16385: must be from 1 to 16384");
    refusedAlways(
        settings().smallBlockLength(0), "generation.small-block-length = 0: must be at least 1");
    refusedAlways(
        settings().editingThreshold(-0.1), "generation.editing-threshold = -0.1: must be from 0");
    refusedAlways(
        settings().editingThreshold(1.1), "generation.editing-threshold = 1.1: must be from 0");
    refusedAlways(
        settings().editingThreshold(Double.NaN),
        "generation.editing-threshold = NaN: must be from 0");
    refusedAlways(settings().maxPostSteps(-1), "generation.max-post-steps = -1: must be 0 or more");
    refusedAlways(
        settings().tokensPerStep(0), "generation.tokens-per-step = 0: must be at least 1");
  }

  @Test
  void stepsAreSaidOnce() {
    refusedAlways(
        settings().steps(8).stepsPerBlock(2),
        "generation.steps = 8 and generation.steps-per-block = 2 both say how many steps there"
            + " are");
  }
}
