package org.dlmspark.job;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.dlmspark.udf.DecoderSettings;
import org.dlmspark.udf.decode.CacheSettings;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.Remasking;

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
            text("input.path"),
            text("input.format"),
            textMap("input.options"),
            text("input.id-column"),
            text("input.prompt-column"),
            yesOrNo("input.chat"),
            text("input.system-prompt")),
        new JobSettings.Output(text("output.path"), outputMode()),
        new DecoderSettings(
            text("model.path"),
            present("model.dtype", this::text),
            present("model.device", this::text),
            wholeInt("model.threads"),
            wholeInt("batch.max-sequences"),
            wholeInt("batch.max-tokens")),
        new GenerationSettings(
            wholeInt("generation.gen-length"),
            wholeInt("generation.block-length"),
            wholeInt("generation.steps"),
            choice("generation.remasking", Remasking.values(), Remasking::settingName),
            number("generation.temperature"),
            whole("generation.seed", Long.MIN_VALUE, Long.MAX_VALUE),
            yesOrNo("generation.stop-at-eos"),
            new CacheSettings(
                choice("cache.policy", CachePolicyName.values(), CachePolicyName::settingName),
                wholeInt("cache.refresh-interval"))),
        new JobSettings.Job(wholeInt("job.partitions"), text("job.name")),
        new JobSettings.Check(text("check.answer-column"), pattern("check.answer-pattern")));
  }

  private OutputMode outputMode() {
    String key = "output.mode";
    if ("resume".equals(text(key))) {
      throw new RefusedException(
          "output.mode = resume: a run cannot be resumed in this version;"
              + " choose another output.path, or overwrite");
    }
    return choice(key, OutputMode.values(), OutputMode::settingName);
  }

  private String text(String key) {
    if (config.getIsNull(key)) {
      return null;
    }
    ConfigValue value = config.getValue(key);
    if (value.valueType() == ConfigValueType.LIST) {
      throw wrong(key, "must be text");
    }
    return value.unwrapped().toString();
  }

  private <T> T present(String key, Function<String, T> reader) {
    if (config.getIsNull(key)) {
      throw new RefusedException(key + " = null: must have a value; leave it out for the default");
    }
    return reader.apply(key);
  }

  private boolean yesOrNo(String key) {
    return switch (present(key, this::text)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, "must be true or false");
    };
  }

  private int wholeInt(String key) {
    return (int) whole(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private long whole(String key, long min, long max) {
    long number;
    try {
      number = new BigDecimal(present(key, this::text)).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong(key, "must be a whole number");
    }
    if (number < min || number > max) {
      throw wrong(key, "must be a whole number from " + min + " to " + max);
    }
    return number;
  }

  private double number(String key) {
    try {
      return new BigDecimal(present(key, this::text)).doubleValue();
    } catch (NumberFormatException e) {
      throw wrong(key, "must be a number");
    }
  }

  private <E extends Enum<E>> E choice(String key, E[] choices, Function<E, String> name) {
    String text = present(key, this::text);
    return Arrays.stream(choices)
        .filter(choice -> name.apply(choice).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    key,
                    "must be one of "
                        + Arrays.stream(choices).map(name).collect(Collectors.joining(", "))));
  }

  private Pattern pattern(String key) {
    try {
      return Pattern.compile(present(key, this::text));
    } catch (PatternSyntaxException e) {
      throw wrong(key, "is not a regular expression: " + e.getDescription());
    }
  }

  private Map<String, String> textMap(String key) {
    if (config.getIsNull(key)) {
      return Map.of();
    }
    if (!(config.getValue(key) instanceof ConfigObject object)) {
      throw wrong(key, "must be a map, such as { header = true }");
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

  private RefusedException wrong(String key, String remedy) {
    ConfigValue value = config.getValue(key);
    return new RefusedException(
        key + " = " + SettingsSources.shown(value) + ": " + remedy + SettingsSources.where(value));
  }
}
