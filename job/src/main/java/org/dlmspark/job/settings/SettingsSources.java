package org.dlmspark.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.dlmspark.job.RefusedException;

/**
 * Where settings come from and which one wins: the job's own {@code reference.conf}, then a file,
 * then {@code --set}. Other jars' {@code reference.conf} and Java system properties, which
 * Typesafe's {@code ConfigFactory.load()} would mix in, have no say.
 */
public final class SettingsSources {

  private static final String REFERENCE = "reference.conf";

  /** The one setting whose keys are the user's own. */
  private static final String FREE_MAP = "input.options";

  /** The one setting whose values have braces of their own. */
  private static final String TEMPLATE = "input.template";

  private SettingsSources() {}

  /**
   * The settings' defaults, substitutions not yet resolved.
   *
   * @return the content of {@code reference.conf}, with comments and line numbers
   */
  public static Config reference() {
    return resource(SettingsSources.class, REFERENCE);
  }

  /**
   * A settings file that comes with the job.
   *
   * @param beside the class beside which it lies
   * @param name its name
   * @return its content, substitutions not yet resolved
   */
  public static Config resource(Class<?> beside, String name) {
    try (InputStream stream = beside.getResourceAsStream(name);
        Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
      return ConfigFactory.parseReader(
          reader,
          ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setOriginDescription(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Every setting with its value in the given tree, in the order in which they were written.
   *
   * @param config a tree, resolved or not
   * @return values by full key; a free map is one setting
   */
  public static Map<String, ConfigValue> leaves(Config config) {
    Map<String, ConfigValue> leaves = new LinkedHashMap<>();
    collectLeaves("", config.root(), leaves);
    return leaves;
  }

  private static void collectLeaves(
      String prefix, ConfigObject object, Map<String, ConfigValue> leaves) {
    List<Map.Entry<String, ConfigValue>> entries = new ArrayList<>(object.entrySet());
    entries.sort(Comparator.comparingInt(entry -> entry.getValue().origin().lineNumber()));
    for (Map.Entry<String, ConfigValue> entry : entries) {
      String key = prefix + ConfigUtil.joinPath(entry.getKey());
      if (entry.getValue() instanceof ConfigObject group && !key.equals(FREE_MAP)) {
        collectLeaves(key + ".", group, leaves);
      } else {
        leaves.put(key, entry.getValue());
      }
    }
  }

  /**
   * Merges all sources and refuses keys that do not exist.
   *
   * @param file the file of {@code --config}, or null
   * @param overrides values of {@code --set}, each {@code key=value}; the later one wins
   * @return the resolved settings, every key of {@code reference.conf} among them
   * @throws RefusedException if a source cannot be read or holds an unknown key
   */
  static Config merge(Path file, List<String> overrides) {
    Config user = ConfigFactory.empty();
    for (String override : overrides) {
      user = parseOverride(override).withFallback(user);
    }
    if (file != null) {
      user = user.withFallback(parseFile("--config", file));
    }
    Config reference = reference();
    Config merged;
    try {
      merged = user.withFallback(reference).resolve();
    } catch (ConfigException e) {
      throw new RefusedException("the settings cannot be resolved: " + e.getMessage(), e);
    }
    refuseUnknown(merged, leaves(reference).keySet());
    LocaleCheck.ofThisProcess().settings(merged);
    return merged;
  }

  /**
   * How a user's file is parsed.
   *
   * @param file the file, whose folder its includes are relative to
   * @param depth how many files include it, one in the other
   * @return options for Typesafe's parser
   */
  static ConfigParseOptions fileOptions(Path file, int depth) {
    return ConfigParseOptions.defaults()
        .setAllowMissing(false)
        .setIncluder(new LocalFilesIncluder(file.toAbsolutePath().getParent(), depth));
  }

  /**
   * Parses a user's file.
   *
   * @param option the option that names it, for messages
   * @param file the file
   * @return its content, substitutions not yet resolved
   * @throws RefusedException if it cannot be read
   */
  public static Config parseFile(String option, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new RefusedException(
          option
              + " "
              + file
              + ": there is no such file; check the path: a relative one begins where you stand");
    }
    try {
      return ConfigFactory.parseFile(file.toFile(), fileOptions(file, 0));
    } catch (ConfigException e) {
      throw new RefusedException(
          option + " " + file + ": cannot be read as HOCON, correct it there: " + e.getMessage(),
          e);
    }
  }

  /**
   * Parses one {@code key=value}. The value is taken as it stands, so that a path such as {@code
   * hdfs://node/file} needs no quotes; only {@code null} and what begins with a quote, a bracket or
   * a brace is read as HOCON. A template begins with a brace or a bracket of its own.
   */
  private static Config parseOverride(String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw new RefusedException(
          "--set " + override + ": must be key=value, such as generation.steps=64");
    }
    String key = override.substring(0, equals).trim();
    String value = override.substring(equals + 1).trim();
    try {
      ConfigUtil.splitPath(key);
      Config parsed;
      String hocon = key.equals(TEMPLATE) ? "(?s)\".*" : "(?s)[\"\\[{].*";
      if (value.equals("null") || value.matches(hocon)) {
        parsed = ConfigFactory.parseString("value = " + value, fileOptions(Path.of("--set"), 0));
        if (parsed.root().size() != 1) {
          throw new RefusedException("--set " + override + ": holds more than one value");
        }
      } else {
        parsed = ConfigFactory.empty().withValue("value", ConfigValueFactory.fromAnyRef(value));
      }
      ConfigValue only = parsed.root().get("value");
      return ConfigFactory.empty()
          .withValue(key, only.withOrigin(ConfigOriginFactory.newSimple("--set " + key)));
    } catch (ConfigException e) {
      throw new RefusedException("--set " + override + ": " + e.getMessage(), e);
    }
  }

  private static void refuseUnknown(Config merged, Collection<String> known) {
    leaves(merged)
        .forEach(
            (key, value) -> {
              if (known.contains(key)) {
                return;
              }
              String groupMember = firstWithPrefix(known, key + ".");
              if (groupMember != null) {
                throw new RefusedException(
                    key
                        + " = "
                        + shown(value)
                        + where(value)
                        + ": is a group of settings, such as "
                        + groupMember);
              }
              throw new RefusedException(
                  "unknown setting "
                      + key
                      + where(value)
                      + ": did you mean "
                      + nearest(key, known)
                      + "?");
            });
    known.forEach(
        key -> {
          if (!key.equals(FREE_MAP)
              && !merged.getIsNull(key)
              && merged.getValue(key).valueType() == ConfigValueType.OBJECT) {
            throw new RefusedException(
                key + where(merged.getValue(key)) + ": must be one value, not a group");
          }
        });
  }

  private static String firstWithPrefix(Collection<String> known, String prefix) {
    return known.stream().filter(key -> key.startsWith(prefix)).findFirst().orElse(null);
  }

  /**
   * The key that was meant, most likely.
   *
   * @param key a key that does not exist
   * @param known those that do
   * @return one of them
   */
  public static String nearest(String key, Collection<String> known) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    String lastName = key.substring(key.lastIndexOf('.') + 1);
    // A right name in the wrong group is nearer to what was meant than any spelling.
    return known.stream()
        .filter(candidate -> candidate.endsWith("." + lastName))
        .min(Comparator.comparing(candidate -> distance.apply(candidate, key)))
        .or(
            () ->
                known.stream()
                    .min(Comparator.comparing(candidate -> distance.apply(candidate, key))))
        .orElseThrow();
  }

  /**
   * A value as the user should see it in a message.
   *
   * @param value the value
   * @return its text, in quotes if it is one
   */
  public static String shown(ConfigValue value) {
    return value.valueType() == ConfigValueType.STRING
        ? "\"" + value.unwrapped() + "\""
        : value.render(ConfigRenderOptions.concise());
  }

  /**
   * Where a value was set, for a message.
   *
   * @param value the value
   * @return the file and line in parentheses
   */
  public static String where(ConfigValue value) {
    return " (" + value.origin().description() + ")";
  }
}
