package org.dlmspark.udf;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.dlmspark.udf.SettingParam.Kind;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;

/**
 * Every setting that is a param of the generator. One of generation or cache is called like the
 * column that gives it row by row, and has the default of its {@link GenerationKey}.
 */
final class ParamTable {
  private static final GenerationSettings DEFAULTS = new GenerationSettingsBuilder().build();
  private static final Pattern NEXT_WORD = Pattern.compile("_([a-z])");

  /** By their keys, filled below. */
  private static final Map<String, SettingParam<?>> ALL = new LinkedHashMap<>();

  static final SettingParam<Param<String>> ID_COLUMN =
      param(
          "input.id-column",
          "idColumn",
          Kind.TEXT,
          "id",
          "The column that names a row, from which its seed is derived. Rows of the same id and"
              + " prompt get the same completion.");
  static final SettingParam<Param<String>> PROMPT_COLUMN =
      param(
          "input.prompt-column",
          "promptColumn",
          Kind.TEXT,
          "prompt",
          "The string column that holds the prompt.");
  static final SettingParam<BooleanParam> ROW_SETTINGS =
      param(
          "input.row-settings",
          "rowSettings",
          Kind.YES_OR_NO,
          true,
          "Whether input columns that are called like a setting of generation or cache"
              + " (gen_length, temperature, cache_policy, ...) set it row by row; null in such a"
              + " column means the setting here. A column that the prompt is made of sets nothing.");
  static final SettingParam<BooleanParam> CHAT =
      param(
          "input.chat",
          "chat",
          Kind.YES_OR_NO,
          true,
          "Whether the prompt is a user's message, put through the model's chat template."
              + " false: the prompt is fed as it is.");
  static final SettingParam<Param<String>> SYSTEM_PROMPT =
      param(
          "input.system-prompt",
          "systemPrompt",
          Kind.TEXT,
          null,
          "The system message before the prompt. Not set: none.");
  static final SettingParam<Param<String>> DATE =
      param(
          "input.date",
          "date",
          Kind.TEXT,
          null,
          "The day that a chat template is told when it asks for the date, such as 2024-07-26; the"
              + " time is midnight. Not set: today; a job that goes on with an output keeps the day"
              + " of its first run.");
  static final SettingParam<BooleanParam> ALLOW_SPECIAL_TOKENS =
      param(
          "input.allow-special-tokens",
          "allowSpecialTokens",
          Kind.YES_OR_NO,
          true,
          "Whether the text of a special token in a prompt or message, such as <|eot_id|>, becomes"
              + " that token. false: it is plain text, and special tokens are those that the chat"
              + " template writes; a row where the two cannot be told apart is an error row.");
  static final SettingParam<Param<String>> MODEL_PATH =
      param(
          "model.path",
          "modelPath",
          Kind.TEXT,
          null,
          "The Hugging Face folder: config.json, safetensors, tokenizer. Must be at this path"
              + " on every executor, or shipped with --archives.");
  static final SettingParam<Param<String>> DTYPE =
      param(
          "model.dtype",
          "dtype",
          Kind.TEXT,
          "auto",
          "The number type to compute in: auto, float32, float16, bfloat16. auto: on a GPU"
              + " the stored type; on a CPU bfloat16 where it is stored and the CPU multiplies it in"
              + " hardware (AMX or AVX512-BF16), else float32.");
  static final SettingParam<Param<String>> DEVICE =
      param(
          "model.device",
          "device",
          Kind.TEXT,
          "auto",
          "Where to compute: auto, cpu, gpu, gpu:N. auto: the GPU that Spark assigned to the"
              + " executor, else the CPU.");
  static final SettingParam<IntParam> THREADS =
      param(
          "model.threads",
          "threads",
          Kind.WHOLE,
          0,
          "Threads of a matrix product on a CPU. 0: the cores that Spark gave the executor.");
  static final SettingParam<Param<String>> ATTENTION =
      param(
          "model.attention",
          "attention",
          Kind.TEXT,
          "auto",
          "How far a position sees, where the folder does not say it (Tiny-A2D): full every position"
              + " (mdlm), block its own block and all before it (bd3lm). auto: as the folder says.");
  static final SettingParam<Param<String>> GPU_ATTENTION =
      param(
          "model.gpu-attention",
          "gpuAttention",
          Kind.TEXT,
          "grid",
          "How attention is computed on a GPU: grid, sequences of similar size share a call, varlen,"
              + " all in one call that gathers nothing, in float16 or bfloat16 on a GPU of compute"
              + " capability 8.0 or newer. varlen is untried: no GPU has run it yet.");
  static final SettingParam<IntParam> GEN_LENGTH =
      param(GenerationKey.GEN_LENGTH, Kind.WHOLE, "Tokens to generate for a row.");
  static final SettingParam<IntParam> BLOCK_LENGTH =
      param(
          GenerationKey.BLOCK_LENGTH,
          Kind.WHOLE,
          "Tokens of a block; blocks are decoded one after the other. Must divide genLength, but"
              + " for models of block diffusion and Tiny-A2D. Not set: what those were trained with,"
              + " for Dream, Open-dCoder and RND1 genLength, else 32 where that divides genLength,"
              + " else genLength.");
  static final SettingParam<IntParam> SMALL_BLOCK_LENGTH =
      param(
          GenerationKey.SMALL_BLOCK_LENGTH,
          Kind.WHOLE,
          "Tokens of the parts of a block that Fast-dLLM v2 decodes one after the other. Must"
              + " divide blockLength. Not set: 8.");
  static final SettingParam<IntParam> STEPS =
      param(
          GenerationKey.STEPS,
          Kind.WHOLE,
          "Denoising steps for a row. Must be a multiple of the number of blocks. Not set: as"
              + " stepsPerBlock says. Not for models of block diffusion.");
  static final SettingParam<IntParam> STEPS_PER_BLOCK =
      param(
          GenerationKey.STEPS_PER_BLOCK,
          Kind.WHOLE,
          "Denoising steps for a block. Not set: as many as it has tokens.");
  static final SettingParam<Param<String>> SCHEDULE =
      param(
          GenerationKey.SCHEDULE,
          Kind.TEXT,
          "auto",
          "How many positions a step decodes: even as many at each step of a block (LLaDA),"
              + " timestep the share that a timestep asks for (Dream), rounded such a share of a"
              + " block (Tiny-A2D), kept all but a share of the whole (RND1). auto: as the model's"
              + " authors.");
  static final SettingParam<DoubleParam> EPS =
      param(
          GenerationKey.EPS,
          Kind.NUMBER,
          "The last timestep of the schedule timestep; the first is 1.");
  static final SettingParam<Param<String>> REMASKING =
      param(
          GenerationKey.REMASKING,
          Kind.TEXT,
          "Which positions a step decodes: those of the most probable token by the model's own"
              + " distribution (low_confidence) or by the one that tokens are drawn from"
              + " (maskgit_plus), of the largest distance of the two most probable tokens"
              + " (topk_margin), of the least entropy (entropy), in an order that is drawn"
              + " (random), from the left (sequential), or of the most probable tokens with less"
              + " probable decoded ones masked again (p2).");
  static final SettingParam<DoubleParam> ALG_TEMP =
      param(
          GenerationKey.ALG_TEMP,
          Kind.NUMBER,
          "0 decodes the most confident positions; above 0, positions are drawn by"
              + " softmax(confidence / algTemp).");
  static final SettingParam<DoubleParam> THRESHOLD =
      param(
          GenerationKey.THRESHOLD,
          Kind.NUMBER,
          "Parallel decoding, instead of steps: each step decodes every position of the block"
              + " at least so confident, such as 0.9, and always the most confident one. With models"
              + " of block diffusion: every position more confident, and at least as many as the"
              + " steps ask for. Not set: off.");
  static final SettingParam<DoubleParam> FACTOR =
      param(
          GenerationKey.FACTOR,
          Kind.NUMBER,
          "Parallel decoding, instead of steps: each step decodes the n most confident"
              + " positions, for the largest n with (n + 1) * (1 - n-th confidence) < factor. Not set:"
              + " off.");
  static final SettingParam<IntParam> TOKENS_PER_STEP =
      param(
          GenerationKey.TOKENS_PER_STEP,
          Kind.WHOLE,
          "With editingThreshold: how many tokens a step decodes at least.");
  static final SettingParam<DoubleParam> EDITING_THRESHOLD =
      param(
          GenerationKey.EDITING_THRESHOLD,
          Kind.NUMBER,
          "LLaDA2.1: a decoded token of the running block gives way to another one that is more"
              + " probable than this, such as 0.5. Not set: no edits.");
  static final SettingParam<IntParam> MAX_POST_STEPS =
      param(
          GenerationKey.MAX_POST_STEPS,
          Kind.WHOLE,
          "With editingThreshold: how many steps a block without masks is looked at for edits.");
  static final SettingParam<DoubleParam> TEMPERATURE =
      param(
          GenerationKey.TEMPERATURE,
          Kind.NUMBER,
          "0 takes the most probable token; above 0, tokens are drawn at that temperature.");
  static final SettingParam<DoubleParam> TOP_P =
      param(
          GenerationKey.TOP_P,
          Kind.NUMBER,
          "Only the most probable tokens that have this probability together may be chosen. 1:"
              + " all.");
  static final SettingParam<IntParam> TOP_K =
      param(
          GenerationKey.TOP_K,
          Kind.WHOLE,
          "Only so many most probable tokens may be chosen. 0: all.");
  static final SettingParam<DoubleParam> GUIDANCE_SCALE =
      param(
          GenerationKey.GUIDANCE_SCALE,
          Kind.NUMBER,
          "Strength s of classifier-free guidance, un + (s + 1) * (cond - un), where un does"
              + " not see the prompt. Doubles the work. 0: none.");
  static final SettingParam<IntParam> MIN_NEW_TOKENS =
      param(
          GenerationKey.MIN_NEW_TOKENS,
          Kind.WHOLE,
          "No end token is decoded among so many first tokens.");
  static final SettingParam<BooleanParam> STOP_AT_EOS =
      param(
          GenerationKey.STOP_AT_EOS,
          Kind.YES_OR_NO,
          "Whether a row ends as soon as everything before its first end token is decoded.");
  static final SettingParam<StringArrayParam> STOP =
      param(
          GenerationKey.STOP,
          Kind.TEXTS,
          null,
          "Texts, such as [\"Question:\"], before the first of which a completion ends. The row"
              + " ends with the block that holds it.");
  static final SettingParam<LongParam> SEED =
      param(
          GenerationKey.SEED,
          Kind.WHOLE_64,
          "The seed of the run. A row's own seed is derived from it and from the row's id.");
  static final SettingParam<Param<String>> CACHE_POLICY =
      param(
          GenerationKey.CACHE_POLICY,
          Kind.TEXT,
          "auto",
          "Which positions a step computes: none all; decode those not decoded before the"
              + " previous step (dKV-Cache); greedy those decoded now and one step before, and a"
              + " window around them; prefill all but the prompt; pd as decode, the prompt never"
              + " again; prefix the block and what is behind it, dual the block (Fast-dLLM);"
              + " block-decode as decode, within the block; block the running block, exactly, for"
              + " models of block diffusion, of which decode leaves out decoded tokens. auto: block"
              + " for these, else decode.");
  static final SettingParam<IntParam> REFRESH_INTERVAL =
      param(
          GenerationKey.REFRESH_INTERVAL,
          Kind.WHOLE,
          "With decode, greedy, pd and block-decode, every so many steps of a block all"
              + " positions are computed anew.");
  static final SettingParam<IntParam> WINDOW_SIZE =
      param(
          GenerationKey.WINDOW_SIZE,
          Kind.WHOLE,
          "With greedy, so many masked positions around each decoded one are computed as well.");
  static final SettingParam<BooleanParam> SMALL_BLOCK =
      param(
          GenerationKey.SMALL_BLOCK,
          Kind.YES_OR_NO,
          "Whether Fast-dLLM v2 computes a small block alone where it can.");
  static final SettingParam<IntParam> BATCH_MAX_SEQUENCES =
      param(
          "batch.max-sequences",
          "batchMaxSequences",
          Kind.WHOLE,
          16,
          "Sequences that an executor decodes at the same time.");
  static final SettingParam<IntParam> BATCH_MAX_TOKENS =
      param(
          "batch.max-tokens",
          "batchMaxTokens",
          Kind.WHOLE,
          8192,
          "Tokens, prompts and completions together, that the sequences decoded at the same"
              + " time may have.");

  private ParamTable() {}

  private static <P extends Param<?>> SettingParam<P> param(
      GenerationKey key, Kind<P> kind, String doc) {
    return param(key, kind, key.value(DEFAULTS), doc);
  }

  /** For a default that a param has otherwise: auto for null, and not set for no texts. */
  private static <P extends Param<?>> SettingParam<P> param(
      GenerationKey key, Kind<P> kind, Object byDefault, String doc) {
    String name =
        NEXT_WORD.matcher(key.column()).replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
    return param(key.key(), name, kind, byDefault, doc);
  }

  private static <P extends Param<?>> SettingParam<P> param(
      String key, String name, Kind<P> kind, Object byDefault, String doc) {
    SettingParam<P> param = new SettingParam<>(key, name, kind, byDefault, doc);
    ALL.put(key, param);
    return param;
  }

  /** {@return all of them} */
  static Collection<SettingParam<?>> all() {
    return Collections.unmodifiableCollection(ALL.values());
  }

  /**
   * What a setting is called as a param.
   *
   * @param key its key
   * @return the param's name, or the key if the setting is none
   */
  static String name(String key) {
    SettingParam<?> param = ALL.get(key);
    return param == null ? key : param.name();
  }
}
