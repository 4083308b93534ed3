package org.dlmspark.udf.prompt;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;

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

  /**
   * Whether Spark takes two names for one, which {@code spark.sql.caseSensitive} decides.
   *
   * @param one a name
   * @param other another
   * @return true if they are the same to the session
   */
  public static boolean same(String one, String other) {
    return SQLConf.get().caseSensitiveAnalysis() ? one.equals(other) : one.equalsIgnoreCase(other);
  }

  /**
   * The columns that Spark takes a name for.
   *
   * @param schema the columns there are
   * @param name a name
   * @return their names as they are written, mostly one or none
   */
  public static List<String> called(StructType schema, String name) {
    return Arrays.stream(schema.fieldNames()).filter(field -> same(field, name)).toList();
  }

  /**
   * A name that no column has, in any case, for one that is added on the way.
   *
   * @param schema the columns there are
   * @param wish what it is to be called, if that is free
   * @return the wish, or the wish and underscores
   */
  public static String fresh(StructType schema, String wish) {
    String name = wish;
    while (Arrays.stream(schema.fieldNames()).anyMatch(name::equalsIgnoreCase)) {
      name += "_";
    }
    return name;
  }
}
