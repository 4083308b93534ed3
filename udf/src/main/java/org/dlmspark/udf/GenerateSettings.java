package org.dlmspark.udf;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.service.DecoderSettings;

/**
 * Everything {@link GenerateUdf} needs to know, sent to the executors with it.
 *
 * @param decoder the decoder that the executor's tasks share
 * @param prompt how a row becomes a prompt
 * @param generation how a completion is generated
 * @param rowKeys the settings that a row's column {@link GenerationKey#column} gives it; null there
 *     means that of {@code generation}; see {@link #rowKeys}
 * @param runId the run's name, for {@code origin.run_id}
 * @param wave the wave's number, for {@code origin.wave}
 */
public record GenerateSettings(
    DecoderSettings decoder,
    PromptSettings prompt,
    GenerationSettings generation,
    List<GenerationKey> rowKeys,
    String runId,
    int wave)
    implements Serializable {

  /** Keeps an immutable copy of the keys. */
  public GenerateSettings {
    rowKeys = List.copyOf(rowKeys);
  }

  /**
   * The settings that an input has a column for.
   *
   * @param input the schema of the input rows
   * @param others columns that are something else, whatever they are called
   * @return settings whose {@link GenerationKey#column} the input has, as Spark matches names
   * @throws IllegalArgumentException if the column's type can hold no setting, or two columns have
   *     the name
   */
  public static List<GenerationKey> rowKeys(StructType input, Set<String> others) {
    return RowSettings.keys(input, others);
  }
}
