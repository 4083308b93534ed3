package org.dlmspark.job;

/** What to do if the output exists ({@code output.mode}). */
public enum OutputMode {
  /** Refuse to run. */
  ERROR_IF_EXISTS("error-if-exists"),
  /** Replace what an earlier job wrote. */
  OVERWRITE("overwrite");

  private final String settingName;

  OutputMode(String settingName) {
    this.settingName = settingName;
  }

  /**
   * The name in the settings.
   *
   * @return the value of {@code output.mode}
   */
  public String settingName() {
    return settingName;
  }
}
