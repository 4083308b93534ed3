package org.dlmspark.udf;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.SettingValue;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderSettings;
import scala.Function1;

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

  /** Every setting that is a param, with its default; null for one that is not set. */
  private static final Map<String, Object> DEFAULTS = defaults();

  private static final Map<String, String> LONG_NAMES =
      Map.of(
          "model.path", "modelPath",
          "cache.policy", "cachePolicy",
          "batch.max-sequences", "batchMaxSequences",
          "batch.max-tokens", "batchMaxTokens");

  /** What these may be depends on other params: by itself nothing but their kind can be checked. */
  private static final Set<GenerationKey> BOUND_TO_OTHERS =
      Set.of(GenerationKey.BLOCK_LENGTH, GenerationKey.MIN_NEW_TOKENS, GenerationKey.CACHE_POLICY);

  private static final Pattern KEY = Pattern.compile("[a-z]+\\.[a-z][a-z-]*");
  private static final Pattern NEXT_WORD = Pattern.compile("-([a-z])");

  private final String uid;
  private final Param<String> idColumn;
  private final Param<String> promptColumn;
  private final BooleanParam rowSettings;
  private final BooleanParam chat;
  private final Param<String> systemPrompt;
  private final Param<String> modelPath;
  private final Param<String> dtype;
  private final Param<String> device;
  private final IntParam threads;
  private final IntParam genLength;
  private final IntParam blockLength;
  private final IntParam steps;
  private final Param<String> schedule;
  private final DoubleParam eps;
  private final Param<String> remasking;
  private final DoubleParam algTemp;
  private final DoubleParam threshold;
  private final DoubleParam factor;
  private final DoubleParam temperature;
  private final DoubleParam topP;
  private final IntParam topK;
  private final DoubleParam guidanceScale;
  private final IntParam minNewTokens;
  private final BooleanParam stopAtEos;
  private final StringArrayParam stop;
  private final LongParam seed;
  private final Param<String> cachePolicy;
  private final IntParam refreshInterval;
  private final IntParam windowSize;
  private final IntParam batchMaxSequences;
  private final IntParam batchMaxTokens;

  /**
   * Makes the params.
   *
   * @param uid the generator's name
   */
  DlmGeneratorParams(String uid) {
    this.uid = uid;
    idColumn =
        text(
            "input.id-column",
            "The column that names a row, from which its seed is derived. Rows of the same id and"
                + " prompt get the same completion.");
    promptColumn = text("input.prompt-column", "The string column that holds the prompt.");
    rowSettings =
        yesOrNo(
            "input.row-settings",
            "Whether input columns that are called like a setting of generation or cache"
                + " (gen_length, temperature, cache_policy, ...) set it row by row; null in such a"
                + " column means the setting here. A column that the prompt is made of sets nothing.");
    chat =
        yesOrNo(
            "input.chat",
            "Whether the prompt is a user's message, put through the model's chat template."
                + " false: the prompt is fed as it is.");
    systemPrompt =
        text("input.system-prompt", "The system message before the prompt. Not set: none.");
    modelPath =
        text(
            "model.path",
            "The Hugging Face folder: config.json, safetensors, tokenizer. Must be at this path"
                + " on every executor, or shipped with --archives.");
    dtype =
        text(
            "model.dtype",
            "The number type to compute in: auto, float32, float16, bfloat16. auto: float32 on a"
                + " CPU, the stored type on a GPU.");
    device =
        text(
            "model.device",
            "Where to compute: auto, cpu, gpu, gpu:N. auto: the GPU that Spark assigned to the"
                + " executor, else the CPU.");
    threads =
        whole(
            "model.threads",
            "Threads of a matrix product on a CPU. 0: the cores that Spark gave the executor.");
    genLength = whole("generation.gen-length", "Tokens to generate for a row.");
    blockLength =
        whole(
            "generation.block-length",
            "Tokens of a block; blocks are decoded one after the other. Must divide genLength."
                + " Not set: for Dream genLength, for LLaDA 32 where that divides genLength, else"
                + " genLength.");
    steps =
        whole(
            "generation.steps",
            "Denoising steps for a row. Must be a multiple of the number of blocks. Not set: one"
                + " step a token.");
    schedule =
        text(
            "generation.schedule",
            "How many positions a step decodes: even as many at each step of a block (LLaDA),"
                + " timestep the share that a timestep asks for (Dream). auto: as the model's authors.");
    eps = number("generation.eps", "The last timestep of the schedule timestep; the first is 1.");
    remasking =
        text(
            "generation.remasking",
            "Which positions a step decodes: those of the most probable token by the model's own"
                + " distribution (low_confidence) or by the one that tokens are drawn from"
                + " (maskgit_plus), of the largest distance of the two most probable tokens"
                + " (topk_margin), of the least entropy (entropy), or in an order that is drawn"
                + " (random).");
    algTemp =
        number(
            "generation.alg-temp",
            "0 decodes the most confident positions; above 0, positions are drawn by"
                + " softmax(confidence / algTemp).");
    threshold =
        number(
            "generation.threshold",
            "Parallel decoding, instead of steps: each step decodes every position of the block"
                + " at least so confident, such as 0.9, and always the most confident one. Not set: off.");
    factor =
        number(
            "generation.factor",
            "Parallel decoding, instead of steps: each step decodes the n most confident"
                + " positions, for the largest n with (n + 1) * (1 - n-th confidence) < factor. Not set:"
                + " off.");
    temperature =
        number(
            "generation.temperature",
            "0 takes the most probable token; above 0, tokens are drawn at that temperature.");
    topP =
        number(
            "generation.top-p",
            "Only the most probable tokens that have this probability together may be chosen. 1:"
                + " all.");
    topK = whole("generation.top-k", "Only so many most probable tokens may be chosen. 0: all.");
    guidanceScale =
        number(
            "generation.guidance-scale",
            "Strength s of classifier-free guidance, un + (s + 1) * (cond - un), where un does"
                + " not see the prompt. Doubles the work. 0: none.");
    minNewTokens =
        whole("generation.min-new-tokens", "No end token is decoded among so many first tokens.");
    stopAtEos =
        yesOrNo(
            "generation.stop-at-eos",
            "Whether a row ends as soon as everything before its first end token is decoded.");
    stop =
        texts(
            "generation.stop",
            "Texts, such as [\"Question:\"], before the first of which a completion ends. The row"
                + " ends with the block that holds it.");
    seed =
        whole64(
            "generation.seed",
            "The seed of the run. A row's own seed is derived from it and from the row's id.");
    cachePolicy =
        text(
            "cache.policy",
            "Which positions a step computes: none all; decode those not decoded before the"
                + " previous step (dKV-Cache); greedy those decoded now and one step before, and a"
                + " window around them; prefill all but the prompt; pd as decode, the prompt never"
                + " again; prefix the block and what is behind it, dual the block (Fast-dLLM);"
                + " block-decode as decode, within the block.");
    refreshInterval =
        whole(
            "cache.refresh-interval",
            "With decode, greedy, pd and block-decode, every so many steps of a block all"
                + " positions are computed anew.");
    windowSize =
        whole(
            "cache.window-size",
            "With greedy, so many masked positions around each decoded one are computed as well.");
    batchMaxSequences =
        whole("batch.max-sequences", "Sequences that an executor decodes at the same time.");
    batchMaxTokens =
        whole(
            "batch.max-tokens",
            "Tokens, prompts and completions together, that the sequences decoded at the same"
                + " time may have.");
    DEFAULTS.forEach(
        (key, value) -> {
          if (value != null) {
            setDefault(getParam(name(key)), value);
          }
        });
  }

  private static Map<String, Object> defaults() {
    Map<String, Object> defaults = new LinkedHashMap<>();
    defaults.put("input.id-column", "id");
    defaults.put("input.prompt-column", "prompt");
    defaults.put("input.row-settings", true);
    defaults.put("input.chat", true);
    defaults.put("input.system-prompt", null);
    defaults.put("model.path", null);
    defaults.put("model.dtype", "auto");
    defaults.put("model.device", "auto");
    defaults.put("model.threads", 0);
    defaults.put("generation.gen-length", 128);
    defaults.put("generation.block-length", null);
    defaults.put("generation.steps", null);
    defaults.put("generation.schedule", "auto");
    defaults.put("generation.eps", 0.001);
    defaults.put("generation.remasking", "low_confidence");
    defaults.put("generation.alg-temp", 0.0);
    defaults.put("generation.threshold", null);
    defaults.put("generation.factor", null);
    defaults.put("generation.temperature", 0.0);
    defaults.put("generation.top-p", 1.0);
    defaults.put("generation.top-k", 0);
    defaults.put("generation.guidance-scale", 0.0);
    defaults.put("generation.min-new-tokens", 0);
    defaults.put("generation.stop-at-eos", true);
    defaults.put("generation.stop", null);
    defaults.put("generation.seed", 0L);
    defaults.put("cache.policy", "decode");
    defaults.put("cache.refresh-interval", 8);
    defaults.put("cache.window-size", 4);
    defaults.put("batch.max-sequences", 16);
    defaults.put("batch.max-tokens", 8192);
    return Collections.unmodifiableMap(defaults);
  }

  private static String name(String key) {
    String last = key.substring(key.indexOf('.') + 1);
    return LONG_NAMES.getOrDefault(
        key, NEXT_WORD.matcher(last).replaceAll(to -> to.group(1).toUpperCase(Locale.ROOT)));
  }

  private Param<String> text(String key, String doc) {
    return new Param<>(this, name(key), doc, check(key));
  }

  private BooleanParam yesOrNo(String key, String doc) {
    return new BooleanParam(this, name(key), doc);
  }

  private IntParam whole(String key, String doc) {
    return new IntParam(this, name(key), doc, check(key));
  }

  private LongParam whole64(String key, String doc) {
    return new LongParam(this, name(key), doc);
  }

  private DoubleParam number(String key, String doc) {
    return new DoubleParam(this, name(key), doc, check(key));
  }

  private StringArrayParam texts(String key, String doc) {
    return new StringArrayParam(this, name(key), doc, check(key));
  }

  /** Spark asks it of every value that is set, in whatever way. */
  private static <T> Function1<T, Object> check(String key) {
    return (Function1<T, Object> & Serializable)
        value -> {
          checkAlone(key, value);
          return true;
        };
  }

  private static void checkAlone(String key, Object value) {
    if (value == null) {
      throw setting(key, null).wrong("must have a value; clear the param to unset it");
    }
    inParamNames(
        () -> {
          for (GenerationKey bound : BOUND_TO_OTHERS) {
            if (bound.key().equals(key)) {
              bound.set(new GenerationSettingsBuilder(), setting(key, value));
              return null;
            }
          }
          Map<String, Object> values = new HashMap<>(DEFAULTS);
          values.put("model.path", "any");
          values.put(key, value);
          return settings(values::get, List.of(), "");
        });
  }

  /**
   * What the params say together.
   *
   * @param input the schema of the rows to generate for
   * @return the settings, checked
   * @throws IllegalArgumentException naming param, value and remedy, if they do not fit together
   */
  GenerateSettings settings(StructType input) {
    return inParamNames(() -> settings(this::value, rowKeys(input), uid));
  }

  private List<GenerationKey> rowKeys(StructType input) {
    Set<String> others = new HashSet<>(List.of(getOrDefault(idColumn), getOrDefault(promptColumn)));
    return value("input.row-settings").equals(true)
        ? GenerateSettings.rowKeys(input, others)
        : List.of();
  }

  private Object value(String key) {
    Param<Object> param = getParam(name(key));
    return isDefined(param) ? getOrDefault(param) : null;
  }

  private static GenerateSettings settings(
      Function<String, Object> values, List<GenerationKey> rowKeys, String runId) {
    Function<String, SettingValue> setting = key -> setting(key, values.apply(key));
    GenerationSettingsBuilder generation = new GenerationSettingsBuilder();
    for (GenerationKey key : GenerationKey.values()) {
      key.set(generation, setting.apply(key.key()));
    }
    String modelPath = setting.apply("model.path").text();
    if (modelPath == null || modelPath.isBlank()) {
      throw new IllegalArgumentException(
          "modelPath is not set: name a Hugging Face folder with setModelPath(FOLDER)");
    }
    return new GenerateSettings(
        new DecoderSettings(
            modelPath,
            setting.apply("model.dtype").present(),
            setting.apply("model.device").present(),
            setting.apply("model.threads").wholeInt(),
            setting.apply("batch.max-sequences").wholeInt(),
            setting.apply("batch.max-tokens").wholeInt()),
        new PromptSettings(
            setting.apply("input.id-column").present(),
            null,
            new ColumnPrompt(setting.apply("input.prompt-column").present()),
            setting.apply("input.chat").yesOrNo(),
            setting.apply("input.system-prompt").text(),
            List.of(),
            false),
        generation.build(),
        rowKeys,
        runId,
        0);
  }

  private static SettingValue setting(String key, Object value) {
    return new SettingValue(
        name(key), value instanceof String[] texts ? Arrays.asList(texts) : value, "");
  }

  /**
   * Runs a check of settings whose messages call them by their keys.
   *
   * @throws IllegalArgumentException of the check, with the names of params instead
   */
  static <T> T inParamNames(Supplier<T> check) {
    try {
      return check.get();
    } catch (IllegalArgumentException e) {
      String message =
          KEY.matcher(e.getMessage())
              .replaceAll(
                  found ->
                      Matcher.quoteReplacement(
                          DEFAULTS.containsKey(found.group())
                              ? name(found.group())
                              : found.group()));
      throw new IllegalArgumentException(message, e);
    }
  }

  /** {@return the generator's name} */
  @Override
  public String uid() {
    return uid;
  }

  /** {@return the param of {@code input.id-column}} */
  public Param<String> idColumn() {
    return idColumn;
  }

  /** {@return the param of {@code input.prompt-column}} */
  public Param<String> promptColumn() {
    return promptColumn;
  }

  /** {@return the param of {@code input.row-settings}} */
  public BooleanParam rowSettings() {
    return rowSettings;
  }

  /** {@return the param of {@code input.chat}} */
  public BooleanParam chat() {
    return chat;
  }

  /** {@return the param of {@code input.system-prompt}} */
  public Param<String> systemPrompt() {
    return systemPrompt;
  }

  /** {@return the param of {@code model.path}} */
  public Param<String> modelPath() {
    return modelPath;
  }

  /** {@return the param of {@code model.dtype}} */
  public Param<String> dtype() {
    return dtype;
  }

  /** {@return the param of {@code model.device}} */
  public Param<String> device() {
    return device;
  }

  /** {@return the param of {@code model.threads}} */
  public IntParam threads() {
    return threads;
  }

  /** {@return the param of {@code generation.gen-length}} */
  public IntParam genLength() {
    return genLength;
  }

  /** {@return the param of {@code generation.block-length}} */
  public IntParam blockLength() {
    return blockLength;
  }

  /** {@return the param of {@code generation.steps}} */
  public IntParam steps() {
    return steps;
  }

  /** {@return the param of {@code generation.schedule}} */
  public Param<String> schedule() {
    return schedule;
  }

  /** {@return the param of {@code generation.eps}} */
  public DoubleParam eps() {
    return eps;
  }

  /** {@return the param of {@code generation.remasking}} */
  public Param<String> remasking() {
    return remasking;
  }

  /** {@return the param of {@code generation.alg-temp}} */
  public DoubleParam algTemp() {
    return algTemp;
  }

  /** {@return the param of {@code generation.threshold}} */
  public DoubleParam threshold() {
    return threshold;
  }

  /** {@return the param of {@code generation.factor}} */
  public DoubleParam factor() {
    return factor;
  }

  /** {@return the param of {@code generation.temperature}} */
  public DoubleParam temperature() {
    return temperature;
  }

  /** {@return the param of {@code generation.top-p}} */
  public DoubleParam topP() {
    return topP;
  }

  /** {@return the param of {@code generation.top-k}} */
  public IntParam topK() {
    return topK;
  }

  /** {@return the param of {@code generation.guidance-scale}} */
  public DoubleParam guidanceScale() {
    return guidanceScale;
  }

  /** {@return the param of {@code generation.min-new-tokens}} */
  public IntParam minNewTokens() {
    return minNewTokens;
  }

  /** {@return the param of {@code generation.stop-at-eos}} */
  public BooleanParam stopAtEos() {
    return stopAtEos;
  }

  /** {@return the param of {@code generation.stop}} */
  public StringArrayParam stop() {
    return stop;
  }

  /** {@return the param of {@code generation.seed}} */
  public LongParam seed() {
    return seed;
  }

  /** {@return the param of {@code cache.policy}} */
  public Param<String> cachePolicy() {
    return cachePolicy;
  }

  /** {@return the param of {@code cache.refresh-interval}} */
  public IntParam refreshInterval() {
    return refreshInterval;
  }

  /** {@return the param of {@code cache.window-size}} */
  public IntParam windowSize() {
    return windowSize;
  }

  /** {@return the param of {@code batch.max-sequences}} */
  public IntParam batchMaxSequences() {
    return batchMaxSequences;
  }

  /** {@return the param of {@code batch.max-tokens}} */
  public IntParam batchMaxTokens() {
    return batchMaxTokens;
  }
}
