package org.dlmspark.job.settings;

import org.dlmspark.udf.decode.Named;

/** What to do about rows of the output whose prompt has changed ({@code output.changed}). */
public enum ChangedRows implements Named {
  /** Refuse to run. */
  FAIL("fail"),
  /** Decode them anew, and replace them. */
  REDO("redo"),
  /** Leave them as they are. */
  KEEP("keep");

  private final String settingName;

  ChangedRows(String settingName) {
    this.settingName = settingName;
  }

  @Override
  public String settingName() {
    return settingName;
  }
}
