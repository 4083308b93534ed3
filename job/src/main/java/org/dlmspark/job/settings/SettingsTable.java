package org.dlmspark.job.settings;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.stream.Collectors;

/** The table of settings in {@code docs/settings.md}, made from {@code reference.conf}. */
public final class SettingsTable {

  private SettingsTable() {}

  /**
   * The table: setting, default, meaning.
   *
   * @return Markdown, one line a setting, in the order of {@code reference.conf}
   */
  static String markdown() {
    return SettingsSources.leaves(SettingsSources.reference()).entrySet().stream()
        .map(entry -> line(entry.getKey(), entry.getValue()))
        .collect(
            Collectors.joining("", "| setting | default | meaning |\n| --- | --- | --- |\n", ""));
  }

  private static String line(String key, ConfigValue value) {
    String meaning =
        value.origin().comments().stream().map(String::strip).collect(Collectors.joining(" "));
    return "| `" + key + "` | `" + cell(defaultOf(value)) + "` | " + cell(meaning) + " |\n";
  }

  /**
   * The default as a user would write it.
   *
   * @param value the value in {@code reference.conf}
   * @return its text; a substitution as the key it names
   */
  public static String defaultOf(ConfigValue value) {
    String rendered = value.render(ConfigRenderOptions.concise());
    if (rendered.startsWith("${")) {
      return rendered.substring(2, rendered.length() - 1);
    }
    return rendered.startsWith("\"") ? value.unwrapped().toString() : rendered;
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
