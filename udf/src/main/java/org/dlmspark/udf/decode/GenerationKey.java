package org.dlmspark.udf.decode;

import java.util.Locale;
import java.util.function.BiConsumer;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;

/**
 * Every setting of {@link GenerationSettings}: its key in the settings, the input column that gives
 * it row by row, and how its value is read.
 */
public enum GenerationKey {
  /** {@link GenerationSettings#genLength()}. */
  GEN_LENGTH("generation.gen-length", (to, value) -> to.genLength(value.wholeInt())),
  /** {@link GenerationSettings#blockLength()}. */
  BLOCK_LENGTH("generation.block-length", (to, value) -> to.blockLength(value.wholeIntOrNull())),
  /** {@link GenerationSettings#steps()}. */
  STEPS("generation.steps", (to, value) -> to.steps(value.wholeIntOrNull())),
  /** {@link Unmasking#schedule()}. */
  SCHEDULE(
      "generation.schedule", (to, value) -> to.schedule(value.choiceOrAuto(Schedule.values()))),
  /** {@link Unmasking#eps()}. */
  EPS("generation.eps", (to, value) -> to.eps(value.number())),
  /** {@link Unmasking#remasking()}. */
  REMASKING("generation.remasking", (to, value) -> to.remasking(value.choice(Remasking.values()))),
  /** {@link Unmasking#algTemp()}. */
  ALG_TEMP("generation.alg-temp", (to, value) -> to.algTemp(value.number())),
  /** {@link Unmasking#threshold()}. */
  THRESHOLD("generation.threshold", (to, value) -> to.threshold(value.numberOrNull())),
  /** {@link Unmasking#factor()}. */
  FACTOR("generation.factor", (to, value) -> to.factor(value.numberOrNull())),
  /** {@link Sampling#temperature()}. */
  TEMPERATURE("generation.temperature", (to, value) -> to.temperature(value.number())),
  /** {@link Sampling#topP()}. */
  TOP_P("generation.top-p", (to, value) -> to.topP(value.number())),
  /** {@link Sampling#topK()}. */
  TOP_K("generation.top-k", (to, value) -> to.topK(value.wholeInt())),
  /** {@link GenerationSettings#guidanceScale()}. */
  GUIDANCE_SCALE("generation.guidance-scale", (to, value) -> to.guidanceScale(value.number())),
  /** {@link GenerationSettings#minNewTokens()}. */
  MIN_NEW_TOKENS("generation.min-new-tokens", (to, value) -> to.minNewTokens(value.wholeInt())),
  /** {@link GenerationSettings#stopAtEos()}. */
  STOP_AT_EOS("generation.stop-at-eos", (to, value) -> to.stopAtEos(value.yesOrNo())),
  /** {@link GenerationSettings#stop()}. */
  STOP("generation.stop", (to, value) -> to.stop(value.texts())),
  /** {@link GenerationSettings#seed()}. */
  SEED("generation.seed", (to, value) -> to.seed(value.whole())),
  /** {@link CacheSettings#policy()}. */
  CACHE_POLICY(
      "cache.policy", (to, value) -> to.cachePolicy(value.choice(CachePolicyName.values()))),
  /** {@link CacheSettings#refreshInterval()}. */
  REFRESH_INTERVAL("cache.refresh-interval", (to, value) -> to.refreshInterval(value.wholeInt())),
  /** {@link CacheSettings#windowSize()}. */
  WINDOW_SIZE("cache.window-size", (to, value) -> to.windowSize(value.wholeInt()));

  private final String key;

  @SuppressWarnings("ImmutableEnumChecker") // the setters above hold no state
  private final BiConsumer<GenerationSettingsBuilder, SettingValue> setter;

  GenerationKey(String key, BiConsumer<GenerationSettingsBuilder, SettingValue> setter) {
    this.key = key;
    this.setter = setter;
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
}
