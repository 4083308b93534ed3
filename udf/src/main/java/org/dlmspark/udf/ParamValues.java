package org.dlmspark.udf;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.SettingValue;
import org.dlmspark.udf.prompt.ColumnPrompt;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderSettings;
import org.dlmspark.udf.text.TextSettings;
import scala.Function1;

/** Reads values of params as settings, and checks them. Messages call settings as params are. */
final class ParamValues {
  /** What these may be depends on other params: by itself nothing but their kind can be checked. */
  private static final Set<GenerationKey> BOUND_TO_OTHERS =
      Set.of(GenerationKey.BLOCK_LENGTH, GenerationKey.MIN_NEW_TOKENS, GenerationKey.CACHE_POLICY);

  private static final Pattern KEY = Pattern.compile("[a-z]+\\.[a-z][a-z-]*");

  private ParamValues() {}

  /**
   * The check of a param's values. Spark asks it of every value that is set, in whatever way.
   *
   * @param key the key of the param's setting
   * @return true of a value that can be, whatever the others are; else it throws {@link
   *     IllegalArgumentException}
   */
  static <T> Function1<T, Object> check(String key) {
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
          Map<String, Object> values = new HashMap<>();
          ParamTable.all().forEach(param -> values.put(param.key(), param.byDefault()));
          values.put(ParamTable.MODEL_PATH.key(), "any");
          values.put(key, value);
          return settings(values::get, List.of(), "");
        });
  }

  /**
   * What params say together.
   *
   * @param values gives the value of a setting by its key; null where it is not set
   * @param rowKeys see {@link GenerateSettings#rowKeys()}
   * @param runId see {@link GenerateSettings#runId()}
   * @return the settings, checked
   * @throws IllegalArgumentException naming setting, value and remedy, if they do not fit together
   */
  static GenerateSettings settings(
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
            setting.apply("batch.max-tokens").wholeInt(),
            setting.apply("model.attention").present(),
            setting.apply("model.gpu-attention").present()),
        new PromptSettings(
            setting.apply("input.id-column").present(),
            null,
            new ColumnPrompt(setting.apply("input.prompt-column").present()),
            setting.apply("input.chat").yesOrNo(),
            setting.apply("input.system-prompt").text(),
            List.of(),
            false,
            TextSettings.of(
                setting.apply("input.date").text(),
                setting.apply("input.allow-special-tokens").yesOrNo())),
        generation.build(),
        rowKeys,
        runId,
        0);
  }

  private static SettingValue setting(String key, Object value) {
    return new SettingValue(
        ParamTable.name(key), value instanceof String[] texts ? Arrays.asList(texts) : value, "");
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
              .replaceAll(found -> Matcher.quoteReplacement(ParamTable.name(found.group())));
      throw new IllegalArgumentException(message, e);
    }
  }
}
