package org.dlmspark.udf.decode;

/** A choice that settings call by a name of its own. */
public interface Named {

  /**
   * The name in the settings.
   *
   * @return the value as users write it
   */
  String settingName();
}
