package org.dlmspark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigValue;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.dlmspark.udf.DlmGenerator;
import org.junit.jupiter.api.Test;

/** The generator's params are the settings, with the same defaults and meanings. */
class DlmGeneratorParamsTest {

  /** What is the caller's affair where there is no job. */
  private static final Set<String> JOB_ALONE =
      Set.of(
          "input.path",
          "input.format",
          "input.options",
          "input.samples-per-prompt",
          "input.template",
          "input.messages-column",
          "input.few-shot",
          "input.dedupe");

  /** Params that mean less, or are not looked at by the driver. */
  private static final Set<String> OTHER_MEANING = Set.of("idColumn", "modelPath", "promptColumn");

  private final DlmGenerator generator = new DlmGenerator();

  private Map<Param<?>, ConfigValue> settingsByParam() {
    Map<Param<?>, ConfigValue> byParam = new LinkedHashMap<>();
    SettingsSources.leaves(SettingsSources.reference())
        .forEach(
            (key, value) -> {
              if (!JOB_ALONE.contains(key) && !key.matches("(output|job|check)\\..*")) {
                byParam.put(param(key), value);
              }
            });
    return byParam;
  }

  private Param<?> param(String key) {
    List<String> names =
        Stream.of(key.substring(key.indexOf('.') + 1), key.replace('.', '-'))
            .map(DlmGeneratorParamsTest::camelCase)
            .toList();
    return Stream.of(generator.params())
        .filter(param -> names.contains(param.name()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(key + " has no param: one of " + names));
  }

  private static String camelCase(String name) {
    return Pattern.compile("-(.)")
        .matcher(name)
        .replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
  }

  @Test
  void everySettingOfGenerationIsAParamAndEveryParamASetting() {
    assertThat(settingsByParam().keySet()).containsExactlyInAnyOrder(generator.params());
  }

  @Test
  void defaultsAreTheSame() {
    settingsByParam()
        .forEach(
            (param, setting) ->
                assertThat(defaultOf(param)).as(param.name()).isEqualTo(valueOf(setting)));
  }

  private <T> Object defaultOf(Param<T> param) {
    return comparable(generator.isDefined(param) ? generator.getOrDefault(param) : null);
  }

  private static Object valueOf(ConfigValue setting) {
    Object value = setting.unwrapped();
    return List.of().equals(value) ? null : comparable(value); // no texts: a param that is not set
  }

  private static Object comparable(Object value) {
    return value instanceof Number
        ? new BigDecimal(value.toString()).stripTrailingZeros().toPlainString()
        : value;
  }

  @Test
  void meaningsAreTheSame() {
    settingsByParam()
        .forEach(
            (param, setting) -> {
              if (!OTHER_MEANING.contains(param.name())) {
                assertThat(param.doc())
                    .as(param.name())
                    .isEqualTo(
                        setting
                            .origin()
                            .comments()
                            .get(0)
                            .strip()
                            .replace("null:", "Not set:")
                            .replace("gen-length", generator.genLength().name())
                            .replace("block-length", generator.blockLength().name())
                            .replace("steps-per-block", generator.stepsPerBlock().name())
                            .replace("editing-threshold", generator.editingThreshold().name())
                            .replace("alg-temp", generator.algTemp().name()));
              }
            });
  }
}
