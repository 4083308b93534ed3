package org.dlmspark.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.SettingValue;
import org.dlmspark.udf.service.DecoderSettings;

/** Makes {@link JobSettings} from a file and {@code --set} values. The only reader of raw keys. */
public final class SettingsReader {

  private final Config config;

  private SettingsReader(Config config) {
    this.config = config;
  }

  /**
   * Reads and checks all settings.
   *
   * @param file the settings file of {@code --config}, or null for the defaults alone
   * @param overrides {@code key=value} each, stronger than the file, the later the stronger
   * @return the settings
   * @throws RefusedException naming the setting, its value and what would do, if a setting is
   *     unknown, of the wrong type, or out of its range, or if the file cannot be read
   */
  public static JobSettings read(Path file, List<String> overrides) {
    SettingsReader reader = new SettingsReader(SettingsSources.merge(file, overrides));
    try {
      return reader.read();
    } catch (IllegalArgumentException e) {
      // The records check their own values; their messages name the setting.
      throw new RefusedException(e.getMessage(), e);
    }
  }

  private JobSettings read() {
    return new JobSettings(
        new JobSettings.Input(
            value("input.path").text(),
            value("input.format").text(),
            textMap("input.options"),
            value("input.id-column").text(),
            value("input.prompt-column").text(),
            value("input.template").text(),
            value("input.messages-column").text(),
            value("input.few-shot").text(),
            value("input.dedupe").yesOrNo(),
            value("input.row-settings").yesOrNo(),
            value("input.samples-per-prompt").wholeInt(),
            value("input.chat").yesOrNo(),
            value("input.system-prompt").text(),
            value("input.date").text(),
            value("input.allow-special-tokens").yesOrNo()),
        new JobSettings.Output(
            value("output.path").text(),
            value("output.mode").choice(OutputMode.values()),
            value("output.changed").choice(ChangedRows.values()),
            value("output.format").choice(OutputFormat.values()),
            value("output.table").text(),
            CarriedColumns.of(value("output.columns")),
            value("output.report").yesOrNo()),
        new DecoderSettings(
            value("model.path").text(),
            value("model.dtype").present(),
            value("model.device").present(),
            value("model.threads").wholeInt(),
            value("batch.max-sequences").wholeInt(),
            value("batch.max-tokens").wholeInt(),
            value("model.attention").present(),
            value("model.gpu-attention").present()),
        generation(),
        new JobSettings.Job(
            value("job.wave-rows").wholeInt(),
            value("job.partitions").wholeInt(),
            value("job.max-error-share").number(),
            value("job.fail-on-errors").numberOrNull(),
            value("job.name").text(),
            value("job.trace").yesOrNo()),
        new JobSettings.Check(
            value("check.answer-column").text(), pattern("check.answer-pattern")));
  }

  private GenerationSettings generation() {
    GenerationSettingsBuilder generation = new GenerationSettingsBuilder();
    for (GenerationKey key : GenerationKey.values()) {
      key.set(generation, value(key.key()));
    }
    return generation.build();
  }

  private SettingValue value(String key) {
    if (config.getIsNull(key)) {
      return new SettingValue(key, null, "");
    }
    ConfigValue value = config.getValue(key);
    return new SettingValue(key, value.unwrapped(), SettingsSources.where(value));
  }

  private Pattern pattern(String key) {
    try {
      return Pattern.compile(value(key).present());
    } catch (PatternSyntaxException e) {
      throw value(key).wrong("is not a regular expression: " + e.getDescription());
    }
  }

  private Map<String, String> textMap(String key) {
    if (config.getIsNull(key)) {
      return Map.of();
    }
    if (!(config.getValue(key) instanceof ConfigObject object)) {
      throw value(key).wrong("must be a map, such as { header = true }");
    }
    Map<String, String> map = new TreeMap<>();
    object
        .toConfig()
        .entrySet()
        .forEach(
            entry ->
                // Spark's option names may hold dots, which HOCON reads as nesting.
                map.put(
                    String.join(".", ConfigUtil.splitPath(entry.getKey())),
                    entry.getValue().unwrapped().toString()));
    return map;
  }
}
