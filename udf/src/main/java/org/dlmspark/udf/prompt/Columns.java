package org.dlmspark.udf.prompt;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** Columns by the names that users give them. */
public final class Columns {

  private Columns() {}

  /**
   * The column of exactly that name, dots and backticks included.
   *
   * @param name the name
   * @return the column
   */
  public static Column named(String name) {
    return functions.col(quoted(name));
  }

  /**
   * A name as SQL takes it.
   *
   * @param name the name
   * @return the name in backticks
   */
  public static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
