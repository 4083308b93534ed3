package org.dlmspark.job.command;

import org.dlmspark.job.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints, of whichever command. */
final class CommandVersion implements IVersionProvider {

  /** For picocli, which makes it by name. */
  CommandVersion() {}

  @Override
  public String[] getVersion() {
    return new String[] {line()};
  }

  /** The program with its version. */
  static String line() {
    return "dlm-spark " + Version.current();
  }
}
