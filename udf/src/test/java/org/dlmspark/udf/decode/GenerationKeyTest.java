package org.dlmspark.udf.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A setting added in one place and forgotten in another fails here. */
final class GenerationKeyTest {
  private static final GenerationSettings DEFAULTS = new GenerationSettingsBuilder().build();

  /** For each setting a value that is not its default and fits the other defaults. */
  private static final Map<GenerationKey, Object> OTHERS = new EnumMap<>(GenerationKey.class);

  static {
    OTHERS.put(GenerationKey.GEN_LENGTH, 96);
    OTHERS.put(GenerationKey.BLOCK_LENGTH, 64);
    OTHERS.put(GenerationKey.SMALL_BLOCK_LENGTH, 4);
    OTHERS.put(GenerationKey.STEPS, 16);
    OTHERS.put(GenerationKey.STEPS_PER_BLOCK, 8);
    OTHERS.put(GenerationKey.SCHEDULE, "timestep");
    OTHERS.put(GenerationKey.EPS, 0.25);
    OTHERS.put(GenerationKey.REMASKING, "entropy");
    OTHERS.put(GenerationKey.ALG_TEMP, 0.5);
    OTHERS.put(GenerationKey.THRESHOLD, 0.75);
    OTHERS.put(GenerationKey.FACTOR, 1.5);
    OTHERS.put(GenerationKey.TOKENS_PER_STEP, 2);
    OTHERS.put(GenerationKey.EDITING_THRESHOLD, 0.5);
    OTHERS.put(GenerationKey.MAX_POST_STEPS, 3);
    OTHERS.put(GenerationKey.TEMPERATURE, 0.7);
    OTHERS.put(GenerationKey.TOP_P, 0.9);
    OTHERS.put(GenerationKey.TOP_K, 40);
    OTHERS.put(GenerationKey.GUIDANCE_SCALE, 2.5);
    OTHERS.put(GenerationKey.MIN_NEW_TOKENS, 3);
    OTHERS.put(GenerationKey.STOP_AT_EOS, false);
    OTHERS.put(GenerationKey.STOP, List.of("a", "b"));
    OTHERS.put(GenerationKey.SEED, 1L << 40);
    OTHERS.put(GenerationKey.CACHE_POLICY, "pd");
    OTHERS.put(GenerationKey.REFRESH_INTERVAL, 5);
    OTHERS.put(GenerationKey.WINDOW_SIZE, 6);
    OTHERS.put(GenerationKey.SMALL_BLOCK, true);
  }

  /** Each setting's key, by the records' components, and its value. */
  private static Map<String, Object> flat(GenerationSettings settings) {
    Map<String, Object> flat = new TreeMap<>();
    addAll(flat, "generation.", settings);
    return flat;
  }

  private static void addAll(Map<String, Object> flat, String group, Record settings) {
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      Object value;
      try {
        value = component.getAccessor().invoke(settings);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
      if (value instanceof Record part) {
        addAll(flat, part instanceof CacheSettings ? "cache." : group, part);
      } else {
        String kebab = component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        // A null is a value too: the setting is left open.
        assertThat(flat.put(group + kebab, String.valueOf(value))).isNull();
      }
    }
  }

  @Test
  void everySettingHasOneKeyAndEveryKeyASetting() {
    assertThat(Arrays.stream(GenerationKey.values()).map(GenerationKey::key))
        .containsExactlyInAnyOrderElementsOf(flat(DEFAULTS).keySet());
  }

  @Test
  void columnsAreSnakeCaseAndUnique() {
    assertThat(Arrays.stream(GenerationKey.values()).map(GenerationKey::column))
        .doesNotHaveDuplicates()
        .allMatch(column -> column.matches("[a-z]+(_[a-z]+)*"))
        .contains("gen_length", "top_p", "cache_policy", "stop");
    for (GenerationKey key : GenerationKey.values()) {
      if (key != GenerationKey.CACHE_POLICY) { // "policy" alone would say too little in a table
        assertThat(key.key().replaceFirst("^[a-z]+\\.", "").replace('-', '_'))
            .isEqualTo(key.column());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeySetsItsOwnSettingAndACopyKeepsIt(GenerationKey key) {
    GenerationSettingsBuilder builder = new GenerationSettingsBuilder();
    key.set(builder, new SettingValue(key.key(), OTHERS.get(key), ""));
    GenerationSettings set = builder.build();
    Map<String, Object> changed = flat(set);
    assertThat(changed.remove(key.key())).isNotEqualTo(flat(DEFAULTS).get(key.key()));
    Map<String, Object> unchanged = flat(DEFAULTS);
    unchanged.remove(key.key());
    assertThat(changed).isEqualTo(unchanged);
    assertThat(new GenerationSettingsBuilder(set).build()).isEqualTo(set);
  }
}
