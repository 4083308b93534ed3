package org.dlmspark.job.command;

import java.util.Iterator;
import org.dlmspark.job.settings.SettingsSources;

/** What a shell offers behind {@code --set}: the keys of all settings. */
final class SettingKeys implements Iterable<String> {

  /** For picocli. */
  SettingKeys() {}

  @Override
  public Iterator<String> iterator() {
    return SettingsSources.leaves(SettingsSources.reference()).keySet().stream()
        .map(key -> key + "=")
        .iterator();
  }
}
