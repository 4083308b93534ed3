package org.dlmspark.job.settings;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import java.io.File;
import java.net.URL;
import java.nio.file.Path;

/**
 * Lets a settings file include other local files, relative to its own folder, and nothing else:
 * HOCON would also fetch URLs and look in the class path. A file that is not there is an error,
 * where HOCON would go on without it.
 */
final class LocalFilesIncluder
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

  private static final int DEEPEST = 20;

  private final Path folder;
  private final int depth;

  /**
   * Creates the includer for one file.
   *
   * @param folder the folder that the file's includes are relative to
   * @param depth how many files include the file, one in the other
   */
  LocalFilesIncluder(Path folder, int depth) {
    this.folder = folder;
    this.depth = depth;
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    return parse(what);
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return parse(what.getPath());
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    throw refused(what.toString());
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    throw refused(what);
  }

  private ConfigObject parse(String what) {
    if (what.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
      throw refused(what);
    }
    Path file = folder.resolve(what);
    if (depth == DEEPEST) {
      throw new ConfigException.Generic(
          file + " includes itself, or files include each other too deep");
    }
    return ConfigFactory.parseFile(file.toFile(), SettingsSources.fileOptions(file, depth + 1))
        .root();
  }

  private static ConfigException refused(String what) {
    return new ConfigException.Generic(
        "include of " + what + " is refused: only local files can be included");
  }
}
