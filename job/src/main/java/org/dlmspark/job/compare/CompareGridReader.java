package org.dlmspark.job.compare;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.compare.CompareGrid.Entry;
import org.dlmspark.job.settings.SettingsSources;
import org.dlmspark.job.settings.SettingsTable;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.SettingValue;

/**
 * Reads the file of a grid. What it may hold stands in {@code compare-grid.conf}, the grid of most
 * models where no file is named.
 */
public final class CompareGridReader {

  private static final String OF_REGIONS = "compare-grid.conf";
  private static final String OF_BLOCKS = "compare-grid-blocks.conf";
  private static final String OF_EDITS = "compare-grid-edits.conf";
  private static final String OF_P2 = "compare-grid-p2.conf";
  private static final String OF_SMALL_BLOCKS = "compare-grid-small-blocks.conf";
  private static final String SETTINGS = "settings";
  private static final String COMMON = "common";
  private static final String NAME = "name";

  /** Of the settings that are no row's own, the one that a grid may vary. */
  private static final String DTYPE = "model.dtype";

  /** The baseline's name, if a grid has an entry of it. */
  private static final String BASELINE = "none";

  /**
   * So that a name can stand in a path and in a Markdown table as it is, and a line stays short.
   */
  private static final Pattern NAMES =
      Pattern.compile("[\\p{L}\\p{N}](?:[\\p{L}\\p{N} .,+_()-]{0,28}[\\p{L}\\p{N})])?");

  private static final Map<String, GenerationKey> KEYS =
      Arrays.stream(GenerationKey.values())
          .collect(Collectors.toMap(GenerationKey::key, key -> key));

  private final String source;
  private final GenerationSettings own;

  private CompareGridReader(String source, GenerationSettings own) {
    this.source = source;
    this.own = own;
  }

  /**
   * Reads the grid of a model where no file is named.
   *
   * @param model the model
   * @param own the run's settings, which those of the grid are laid over
   * @return the grid
   * @throws RefusedException if the run's settings do not fit to one of the grid
   */
  public static CompareGrid byDefault(ModelTraits model, GenerationSettings own) {
    return new CompareGridReader("the default grid", own)
        .read(SettingsSources.resource(CompareGridReader.class, fitting(model, own)));
  }

  private static String fitting(ModelTraits model, GenerationSettings own) {
    if (model.blocks() == null) {
      return own.unmasking().remasking() == Remasking.P2 ? OF_P2 : OF_REGIONS;
    }
    if (model.decodesSmallBlocks()) {
      return OF_SMALL_BLOCKS;
    }
    return own.blocks().edits() ? OF_EDITS : OF_BLOCKS;
  }

  /**
   * Reads a grid.
   *
   * @param file the file of {@code --grid}
   * @param own the run's settings, which those of the grid are laid over
   * @return the grid
   * @throws RefusedException naming the file and the entry, if the file cannot be read, holds
   *     anything but generation and cache settings, or has a setting that cannot be
   */
  public static CompareGrid read(Path file, GenerationSettings own) {
    return new CompareGridReader("--grid " + file, own)
        .read(SettingsSources.parseFile("--grid", file));
  }

  private CompareGrid read(Config file) {
    Config grid;
    try {
      grid = file.resolve();
    } catch (ConfigException e) {
      throw new RefusedException(source + ": cannot be resolved: " + e.getMessage(), e);
    }
    grid.root()
        .forEach(
            (key, value) -> {
              if (!key.equals(SETTINGS) && !key.equals(COMMON)) {
                throw refused(
                    "unknown key "
                        + key
                        + SettingsSources.where(value)
                        + ": a grid holds settings = [ { name = ..., cache.policy = ... }, ... ]"
                        + " and, for what they have in common, common { ... }");
              }
            });
    if (!(grid.root().get(SETTINGS) instanceof ConfigList list) || list.isEmpty()) {
      throw refused(
          "has no settings: write settings = [ { name = \"decode 8\", cache.policy = decode,"
              + " cache.refresh-interval = 8 }, ... ]");
    }
    Config common = common(grid);
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ConfigValue value : list) {
      Entry entry = entry(value, common);
      if (!names.add(entry.name())) {
        throw refused(
            "two settings are called \""
                + entry.name()
                + "\""
                + SettingsSources.where(value)
                + ": give each a name of its own");
      }
      // The baseline is needed first.
      entries.add(entry.name().equals(BASELINE) ? 0 : entries.size(), entry);
    }
    return new CompareGrid(source, text(common), entries);
  }

  private Config common(Config grid) {
    ConfigValue common = grid.root().get(COMMON);
    if (common == null) {
      return ConfigFactory.empty();
    }
    if (!(common instanceof ConfigObject object)) {
      throw refused(COMMON + SettingsSources.where(common) + " must be a group of settings");
    }
    refuseForeignKeys(COMMON, object.toConfig());
    return object.toConfig();
  }

  private Entry entry(ConfigValue value, Config common) {
    if (!(value instanceof ConfigObject object)) {
      throw refused(
          SettingsSources.shown(value)
              + SettingsSources.where(value)
              + " must be a group, such as { name = \"none\", cache.policy = none }");
    }
    String name = name(object);
    Config said = object.withoutKey(NAME).toConfig();
    refuseForeignKeys("setting \"" + name + "\"", said);
    try {
      return entry(name, said, common);
    } catch (IllegalArgumentException e) {
      throw CompareGrid.refused(source, name, e);
    }
  }

  private Entry entry(String name, Config said, Config common) {
    Map<String, ConfigValue> values = SettingsSources.leaves(said.withFallback(common));
    ConfigValue dtype = values.remove(DTYPE);
    GenerationSettingsBuilder builder = new GenerationSettingsBuilder(own);
    values.forEach(
        (key, value) ->
            KEYS.get(key)
                .set(
                    builder,
                    new SettingValue(key, value.unwrapped(), SettingsSources.where(value))));
    Set<GenerationKey> keys =
        values.keySet().stream().map(KEYS::get).collect(Collectors.toUnmodifiableSet());
    return new Entry(
        name,
        builder.build(),
        dtype == null
            ? null
            : new SettingValue(DTYPE, dtype.unwrapped(), SettingsSources.where(dtype)).present(),
        keys,
        text(said));
  }

  /** In the order of the keys, so that entries read alike. */
  private static String text(Config said) {
    Map<String, ConfigValue> values = SettingsSources.leaves(said);
    return Stream.concat(
            Stream.of(DTYPE), Arrays.stream(GenerationKey.values()).map(GenerationKey::key))
        .filter(values::containsKey)
        .map(key -> key + " = " + SettingsTable.defaultOf(values.get(key)))
        .collect(Collectors.joining(", "));
  }

  private String name(ConfigObject entry) {
    ConfigValue value = entry.get(NAME);
    String name =
        value == null || value.valueType() == ConfigValueType.NULL
            ? ""
            : String.valueOf(value.unwrapped());
    if (!NAMES.matcher(name).matches()) {
      throw refused(
          "a setting's name = \""
              + name
              + "\""
              + SettingsSources.where(entry)
              + ": must be 1 to 30 letters, digits, spaces and . , + - _ ( ), such as \"decode"
              + " 8\", with a letter or digit first");
    }
    return name;
  }

  private void refuseForeignKeys(String entry, Config said) {
    Set<String> known = SettingsSources.leaves(SettingsSources.reference()).keySet();
    SettingsSources.leaves(said)
        .forEach(
            (key, value) -> {
              if (KEYS.containsKey(key) || key.equals(DTYPE)) {
                return;
              }
              throw new RefusedException(
                  source
                      + ", "
                      + entry
                      + ": "
                      + (known.contains(key)
                          ? key
                              + SettingsSources.where(value)
                              + ": a grid varies generation and cache settings and"
                              + " model.dtype alone; set it for the whole comparison, with --set or in the file of --config"
                          : "unknown setting "
                              + key
                              + SettingsSources.where(value)
                              + ": did you mean "
                              + SettingsSources.nearest(key, KEYS.keySet())
                              + "?"));
            });
  }

  private RefusedException refused(String reason) {
    return new RefusedException(source + ": " + reason);
  }
}
