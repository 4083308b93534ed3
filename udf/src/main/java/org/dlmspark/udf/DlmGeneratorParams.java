package org.dlmspark.udf;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationKey;

/**
 * The params of {@link DlmGenerator}: settings of a job, with their defaults and meanings. A param
 * is called like the last part of its setting's key, {@code genLength} for {@code
 * generation.gen-length}, but for four whose last part says too little: {@code modelPath}, {@code
 * cachePolicy}, {@code batchMaxSequences} and {@code batchMaxTokens}. Where a setting may be null,
 * its param may be not set.
 *
 * <p>A value that cannot be, whatever the others are, is refused where it is set; values that do
 * not fit together are refused by {@code transformSchema}. The messages name param, value and
 * remedy.
 *
 * @serial exclude
 */
@SuppressWarnings("InvalidBlockTag") // Javadoc allows it; else it asks for a comment on each field
public abstract sealed class DlmGeneratorParams extends Transformer permits DlmGenerator {
  private static final long serialVersionUID = 1L;

  private final String uid;

  /** Each setting's param, by the setting's key. */
  private final HashMap<String, Param<?>> byKey = new HashMap<>();

  /**
   * Makes the params.
   *
   * @param uid the generator's name
   */
  DlmGeneratorParams(String uid) {
    this.uid = uid;
    ParamTable.all().forEach(setting -> byKey.put(setting.key(), setting.of(this)));
    for (SettingParam<?> setting : ParamTable.all()) {
      if (setting.byDefault() != null) {
        setDefault(getParam(setting.name()), setting.byDefault());
      }
    }
  }

  @SuppressWarnings("unchecked") // the setting made it
  private <P extends Param<?>> P param(SettingParam<P> setting) {
    return (P) byKey.get(setting.key());
  }

  /**
   * What the params say together.
   *
   * @param input the schema of the rows to generate for
   * @return the settings, checked
   * @throws IllegalArgumentException naming param, value and remedy, if they do not fit together
   */
  GenerateSettings settings(StructType input) {
    return ParamValues.inParamNames(() -> ParamValues.settings(this::value, rowKeys(input), uid));
  }

  private List<GenerationKey> rowKeys(StructType input) {
    Set<String> others =
        new HashSet<>(List.of(getOrDefault(idColumn()), getOrDefault(promptColumn())));
    return getOrDefault(rowSettings()).equals(true)
        ? GenerateSettings.rowKeys(input, others)
        : List.of();
  }

  private Object value(String key) {
    Param<?> param = byKey.get(key);
    return isDefined(param) ? getOrDefault(param) : null;
  }

  /** {@return the generator's name} */
  @Override
  public String uid() {
    return uid;
  }

  /** {@return the param of {@code input.id-column}} */
  public Param<String> idColumn() {
    return param(ParamTable.ID_COLUMN);
  }

  /** {@return the param of {@code input.prompt-column}} */
  public Param<String> promptColumn() {
    return param(ParamTable.PROMPT_COLUMN);
  }

  /** {@return the param of {@code input.row-settings}} */
  public BooleanParam rowSettings() {
    return param(ParamTable.ROW_SETTINGS);
  }

  /** {@return the param of {@code input.chat}} */
  public BooleanParam chat() {
    return param(ParamTable.CHAT);
  }

  /** {@return the param of {@code input.system-prompt}} */
  public Param<String> systemPrompt() {
    return param(ParamTable.SYSTEM_PROMPT);
  }

  /** {@return the param of {@code input.date}} */
  public Param<String> date() {
    return param(ParamTable.DATE);
  }

  /** {@return the param of {@code input.allow-special-tokens}} */
  public BooleanParam allowSpecialTokens() {
    return param(ParamTable.ALLOW_SPECIAL_TOKENS);
  }

  /** {@return the param of {@code model.path}} */
  public Param<String> modelPath() {
    return param(ParamTable.MODEL_PATH);
  }

  /** {@return the param of {@code model.dtype}} */
  public Param<String> dtype() {
    return param(ParamTable.DTYPE);
  }

  /** {@return the param of {@code model.device}} */
  public Param<String> device() {
    return param(ParamTable.DEVICE);
  }

  /** {@return the param of {@code model.threads}} */
  public IntParam threads() {
    return param(ParamTable.THREADS);
  }

  /** {@return the param of {@code model.attention}} */
  public Param<String> attention() {
    return param(ParamTable.ATTENTION);
  }

  /** {@return the param of {@code model.gpu-attention}} */
  public Param<String> gpuAttention() {
    return param(ParamTable.GPU_ATTENTION);
  }

  /** {@return the param of {@code generation.gen-length}} */
  public IntParam genLength() {
    return param(ParamTable.GEN_LENGTH);
  }

  /** {@return the param of {@code generation.block-length}} */
  public IntParam blockLength() {
    return param(ParamTable.BLOCK_LENGTH);
  }

  /** {@return the param of {@code generation.small-block-length}} */
  public IntParam smallBlockLength() {
    return param(ParamTable.SMALL_BLOCK_LENGTH);
  }

  /** {@return the param of {@code generation.steps}} */
  public IntParam steps() {
    return param(ParamTable.STEPS);
  }

  /** {@return the param of {@code generation.steps-per-block}} */
  public IntParam stepsPerBlock() {
    return param(ParamTable.STEPS_PER_BLOCK);
  }

  /** {@return the param of {@code generation.schedule}} */
  public Param<String> schedule() {
    return param(ParamTable.SCHEDULE);
  }

  /** {@return the param of {@code generation.eps}} */
  public DoubleParam eps() {
    return param(ParamTable.EPS);
  }

  /** {@return the param of {@code generation.remasking}} */
  public Param<String> remasking() {
    return param(ParamTable.REMASKING);
  }

  /** {@return the param of {@code generation.alg-temp}} */
  public DoubleParam algTemp() {
    return param(ParamTable.ALG_TEMP);
  }

  /** {@return the param of {@code generation.threshold}} */
  public DoubleParam threshold() {
    return param(ParamTable.THRESHOLD);
  }

  /** {@return the param of {@code generation.factor}} */
  public DoubleParam factor() {
    return param(ParamTable.FACTOR);
  }

  /** {@return the param of {@code generation.tokens-per-step}} */
  public IntParam tokensPerStep() {
    return param(ParamTable.TOKENS_PER_STEP);
  }

  /** {@return the param of {@code generation.editing-threshold}} */
  public DoubleParam editingThreshold() {
    return param(ParamTable.EDITING_THRESHOLD);
  }

  /** {@return the param of {@code generation.max-post-steps}} */
  public IntParam maxPostSteps() {
    return param(ParamTable.MAX_POST_STEPS);
  }

  /** {@return the param of {@code generation.temperature}} */
  public DoubleParam temperature() {
    return param(ParamTable.TEMPERATURE);
  }

  /** {@return the param of {@code generation.top-p}} */
  public DoubleParam topP() {
    return param(ParamTable.TOP_P);
  }

  /** {@return the param of {@code generation.top-k}} */
  public IntParam topK() {
    return param(ParamTable.TOP_K);
  }

  /** {@return the param of {@code generation.guidance-scale}} */
  public DoubleParam guidanceScale() {
    return param(ParamTable.GUIDANCE_SCALE);
  }

  /** {@return the param of {@code generation.min-new-tokens}} */
  public IntParam minNewTokens() {
    return param(ParamTable.MIN_NEW_TOKENS);
  }

  /** {@return the param of {@code generation.stop-at-eos}} */
  public BooleanParam stopAtEos() {
    return param(ParamTable.STOP_AT_EOS);
  }

  /** {@return the param of {@code generation.stop}} */
  public StringArrayParam stop() {
    return param(ParamTable.STOP);
  }

  /** {@return the param of {@code generation.seed}} */
  public LongParam seed() {
    return param(ParamTable.SEED);
  }

  /** {@return the param of {@code cache.policy}} */
  public Param<String> cachePolicy() {
    return param(ParamTable.CACHE_POLICY);
  }

  /** {@return the param of {@code cache.refresh-interval}} */
  public IntParam refreshInterval() {
    return param(ParamTable.REFRESH_INTERVAL);
  }

  /** {@return the param of {@code cache.window-size}} */
  public IntParam windowSize() {
    return param(ParamTable.WINDOW_SIZE);
  }

  /** {@return the param of {@code cache.small-block}} */
  public BooleanParam smallBlock() {
    return param(ParamTable.SMALL_BLOCK);
  }

  /** {@return the param of {@code batch.max-sequences}} */
  public IntParam batchMaxSequences() {
    return param(ParamTable.BATCH_MAX_SEQUENCES);
  }

  /** {@return the param of {@code batch.max-tokens}} */
  public IntParam batchMaxTokens() {
    return param(ParamTable.BATCH_MAX_TOKENS);
  }
}
