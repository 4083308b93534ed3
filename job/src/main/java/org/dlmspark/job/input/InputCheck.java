package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sequence;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.FewShotExample;

/**
 * Opens the input and checks it before anything is decoded: its columns, and that every row has an
 * id of its own.
 */
public final class InputCheck {

  private InputCheck() {}

  /**
   * Opens and checks the input. Reads the columns with ids and, where the id is a hash, prompts.
   *
   * @param spark the session to read with
   * @param settings the run's settings
   * @return the rows to generate for
   * @throws RefusedException if the input cannot be read or a column does not fit
   */
  public static CheckedInput check(SparkSession spark, JobSettings settings) {
    JobSettings.Input input = settings.input();
    List<FewShotExample> examples =
        input.fewShot() == null
            ? List.of()
            : FewShotFile.read(input.fewShot(), spark.sparkContext().hadoopConfiguration());
    InputReader reader = new InputReader(input);
    Dataset<Row> rows = reader.open(spark);
    new InputColumns(settings, rows.schema()).check();
    RowIds.Named named = new RowIds(input, reader).named(rows);
    List<GenerationKey> rowKeys = rowKeys(settings, named.rows().schema(), named.column());
    DrawCheck.check(settings, rowKeys);
    return sampled(settings, named, rowKeys, examples);
  }

  private static List<GenerationKey> rowKeys(
      JobSettings settings, StructType schema, String idColumn) {
    if (!settings.input().rowSettings()) {
      return List.of();
    }
    Set<String> others = new HashSet<>(settings.input().source().columns());
    others.add(idColumn);
    if (settings.check().answerColumn() != null) {
      others.add(settings.check().answerColumn());
    }
    try {
      return GenerateSettings.rowKeys(schema, others);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  /** As many rows of each prompt as the settings ask for. */
  private static CheckedInput sampled(
      JobSettings settings,
      RowIds.Named named,
      List<GenerationKey> rowKeys,
      List<FewShotExample> examples) {
    JobSettings.Input input = settings.input();
    int samples = input.samplesPerPrompt();
    if (samples == 1) {
      return new CheckedInput(
          named.rows(), input.prompt(named.column(), null, examples), rowKeys, named.count());
    }
    String column = JobSettings.Input.SAMPLE_COLUMN;
    if (new InputColumns(settings, named.rows().schema()).wouldMeet(column)) {
      throw new RefusedException(
          "input.samples-per-prompt = "
              + samples
              + " adds a column "
              + column
              + ", but the input has one: rename it in the input");
    }
    Column numbers = explode(sequence(lit(0), lit(samples - 1)));
    return new CheckedInput(
        named.rows().withColumn(column, numbers),
        input.prompt(named.column(), column, examples),
        rowKeys,
        Math.multiplyExact(named.count(), samples));
  }
}
