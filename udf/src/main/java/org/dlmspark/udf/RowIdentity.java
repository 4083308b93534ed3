package org.dlmspark.udf;

import java.sql.Timestamp;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.RandomStream;
import org.dlmspark.udf.prompt.PromptSettings;

/** What tells a run's rows apart: the id, and among the samples of one id the sample's number. */
final class RowIdentity {
  private final String runId;
  private final int idIndex;
  private final int sampleIndex;

  /**
   * Finds the columns.
   *
   * @param runId the run's name
   * @param prompt names the columns
   * @param schema the schema of the rows
   * @throws IllegalArgumentException if the schema has no such columns
   */
  RowIdentity(String runId, PromptSettings prompt, StructType schema) {
    this.runId = runId;
    idIndex = schema.fieldIndex(prompt.idColumn());
    sampleIndex = prompt.sampleColumn() == null ? -1 : schema.fieldIndex(prompt.sampleColumn());
  }

  /** The row's name among all rows of all runs of the application. */
  String name(Row row) {
    String name = runId + " " + text(row.get(idIndex));
    return sampleIndex < 0 ? name : name + " #" + row.getInt(sampleIndex);
  }

  /** The row's own seed, derived from the run's. */
  long seed(Row row, long runSeed) {
    long seed = RandomStream.rowSeed(runSeed, text(row.get(idIndex)));
    // The first sample is what a run with one sample a prompt gives.
    return sampleIndex < 0 || row.getInt(sampleIndex) == 0
        ? seed
        : RandomStream.rowSeed(seed, "sample " + row.getInt(sampleIndex));
  }

  /** The text of an id, the same on machines of every time zone. */
  private static String text(Object id) {
    return String.valueOf(id instanceof Timestamp moment ? moment.toInstant() : id);
  }
}
