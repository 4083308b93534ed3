package org.dlmspark.udf.decode;

import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;

/**
 * Every setting of {@link GenerationSettings}: its key in the settings, the input column that gives
 * it row by row, and how its value is read.
 */
public enum GenerationKey {
  /** {@link GenerationSettings#genLength()}. */
  GEN_LENGTH(
      "generation.gen-length",
      (to, value) -> to.genLength(value.wholeInt()),
      GenerationSettings::genLength),
  /** {@link GenerationSettings#blockLength()}. */
  BLOCK_LENGTH(
      "generation.block-length",
      (to, value) -> to.blockLength(value.wholeIntOrNull()),
      GenerationSettings::blockLength),
  /** {@link BlockSettings#smallBlockLength()}. */
  SMALL_BLOCK_LENGTH(
      "generation.small-block-length",
      (to, value) -> to.smallBlockLength(value.wholeIntOrNull()),
      from -> from.blocks().smallBlockLength()),
  /** {@link GenerationSettings#steps()}. */
  STEPS(
      "generation.steps",
      (to, value) -> to.steps(value.wholeIntOrNull()),
      GenerationSettings::steps),
  /** {@link BlockSettings#stepsPerBlock()}. */
  STEPS_PER_BLOCK(
      "generation.steps-per-block",
      (to, value) -> to.stepsPerBlock(value.wholeIntOrNull()),
      from -> from.blocks().stepsPerBlock()),
  /** {@link Unmasking#schedule()}. */
  SCHEDULE(
      "generation.schedule",
      (to, value) -> to.schedule(value.choiceOrAuto(Schedule.values())),
      from -> from.unmasking().schedule()),
  /** {@link Unmasking#eps()}. */
  EPS("generation.eps", (to, value) -> to.eps(value.number()), from -> from.unmasking().eps()),
  /** {@link Unmasking#remasking()}. */
  REMASKING(
      "generation.remasking",
      (to, value) -> to.remasking(value.choice(Remasking.values())),
      from -> from.unmasking().remasking()),
  /** {@link Unmasking#algTemp()}. */
  ALG_TEMP(
      "generation.alg-temp",
      (to, value) -> to.algTemp(value.number()),
      from -> from.unmasking().algTemp()),
  /** {@link Unmasking#threshold()}. */
  THRESHOLD(
      "generation.threshold",
      (to, value) -> to.threshold(value.numberOrNull()),
      from -> from.unmasking().threshold()),
  /** {@link Unmasking#factor()}. */
  FACTOR(
      "generation.factor",
      (to, value) -> to.factor(value.numberOrNull()),
      from -> from.unmasking().factor()),
  /** {@link BlockSettings#tokensPerStep()}. */
  TOKENS_PER_STEP(
      "generation.tokens-per-step",
      (to, value) -> to.tokensPerStep(value.wholeInt()),
      from -> from.blocks().tokensPerStep()),
  /** {@link BlockSettings#editingThreshold()}. */
  EDITING_THRESHOLD(
      "generation.editing-threshold",
      (to, value) -> to.editingThreshold(value.numberOrNull()),
      from -> from.blocks().editingThreshold()),
  /** {@link BlockSettings#maxPostSteps()}. */
  MAX_POST_STEPS(
      "generation.max-post-steps",
      (to, value) -> to.maxPostSteps(value.wholeInt()),
      from -> from.blocks().maxPostSteps()),
  /** {@link Sampling#temperature()}. */
  TEMPERATURE(
      "generation.temperature",
      (to, value) -> to.temperature(value.number()),
      from -> from.sampling().temperature()),
  /** {@link Sampling#topP()}. */
  TOP_P("generation.top-p", (to, value) -> to.topP(value.number()), from -> from.sampling().topP()),
  /** {@link Sampling#topK()}. */
  TOP_K(
      "generation.top-k", (to, value) -> to.topK(value.wholeInt()), from -> from.sampling().topK()),
  /** {@link GenerationSettings#guidanceScale()}. */
  GUIDANCE_SCALE(
      "generation.guidance-scale",
      (to, value) -> to.guidanceScale(value.number()),
      GenerationSettings::guidanceScale),
  /** {@link GenerationSettings#minNewTokens()}. */
  MIN_NEW_TOKENS(
      "generation.min-new-tokens",
      (to, value) -> to.minNewTokens(value.wholeInt()),
      GenerationSettings::minNewTokens),
  /** {@link GenerationSettings#stopAtEos()}. */
  STOP_AT_EOS(
      "generation.stop-at-eos",
      (to, value) -> to.stopAtEos(value.yesOrNo()),
      GenerationSettings::stopAtEos),
  /** {@link GenerationSettings#stop()}. */
  STOP("generation.stop", (to, value) -> to.stop(value.texts()), GenerationSettings::stop),
  /** {@link GenerationSettings#seed()}. */
  SEED("generation.seed", (to, value) -> to.seed(value.whole()), GenerationSettings::seed),
  /** {@link CacheSettings#policy()}. */
  CACHE_POLICY(
      "cache.policy",
      (to, value) -> to.cachePolicy(value.choiceOrAuto(CachePolicyName.values())),
      from -> from.cache().policy()),
  /** {@link CacheSettings#refreshInterval()}. */
  REFRESH_INTERVAL(
      "cache.refresh-interval",
      (to, value) -> to.refreshInterval(value.wholeInt()),
      from -> from.cache().refreshInterval()),
  /** {@link CacheSettings#windowSize()}. */
  WINDOW_SIZE(
      "cache.window-size",
      (to, value) -> to.windowSize(value.wholeInt()),
      from -> from.cache().windowSize()),
  /** {@link CacheSettings#smallBlock()}. */
  SMALL_BLOCK(
      "cache.small-block",
      (to, value) -> to.smallBlockCache(value.yesOrNo()),
      from -> from.cache().smallBlock());

  private final String key;

  @SuppressWarnings("ImmutableEnumChecker") // the setters above hold no state
  private final BiConsumer<GenerationSettingsBuilder, SettingValue> setter;

  @SuppressWarnings("ImmutableEnumChecker") // neither do the getters
  private final Function<GenerationSettings, Object> getter;

  GenerationKey(
      String key,
      BiConsumer<GenerationSettingsBuilder, SettingValue> setter,
      Function<GenerationSettings, Object> getter) {
    this.key = key;
    this.setter = setter;
    this.getter = getter;
  }

  /**
   * The key in the settings.
   *
   * @return such as {@code generation.gen-length}
   */
  public String key() {
    return key;
  }

  /**
   * The input column that gives the setting row by row.
   *
   * @return such as {@code gen_length}
   */
  public String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Sets the setting.
   *
   * @param settings where
   * @param value its value
   * @throws IllegalArgumentException if the value is of the wrong type
   */
  public void set(GenerationSettingsBuilder settings, SettingValue value) {
    setter.accept(settings, value);
  }

  /**
   * The setting's value.
   *
   * @param settings the settings
   * @return its value as users write it; null where it is left open
   */
  public Object value(GenerationSettings settings) {
    Object value = getter.apply(settings);
    return value instanceof Named named ? named.settingName() : value;
  }

  /**
   * The setting as text.
   *
   * @param settings the settings
   * @return its value as users write it; {@code null} where it is left open
   */
  public String text(GenerationSettings settings) {
    return String.valueOf(value(settings));
  }
}
