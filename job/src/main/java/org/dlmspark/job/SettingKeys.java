package org.dlmspark.job;

import java.util.Iterator;

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
