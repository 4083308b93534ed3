package org.dlmspark.job.settings;

import org.dlmspark.udf.decode.Named;

/** Where completions end up ({@code output.format}). */
public enum OutputFormat implements Named {
  /** In {@code output.path} alone. */
  PARQUET("parquet"),
  /** Also in a table of Iceberg. */
  ICEBERG("iceberg"),
  /** Also in a table of Delta. */
  DELTA("delta");

  private final String settingName;

  OutputFormat(String settingName) {
    this.settingName = settingName;
  }

  @Override
  public String settingName() {
    return settingName;
  }
}
