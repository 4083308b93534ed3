package org.dlmspark.job.settings;

import org.dlmspark.udf.decode.Named;

/** What to do if the output exists ({@code output.mode}). */
public enum OutputMode implements Named {
  /** Do what is missing in it. */
  RESUME("resume"),
  /** As {@link #RESUME}, and do anew what has an error. */
  RETRY_FAILED("retry-failed"),
  /** Refuse to run. */
  ERROR_IF_EXISTS("error-if-exists"),
  /** Replace what an earlier job wrote. */
  OVERWRITE("overwrite");

  private final String settingName;

  OutputMode(String settingName) {
    this.settingName = settingName;
  }

  @Override
  public String settingName() {
    return settingName;
  }
}
