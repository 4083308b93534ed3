package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sequence;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.Excerpt;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.prompt.FewShotExample;
import org.dlmspark.udf.prompt.MessagesPrompt;

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
    InputReader.Opened found = reader.open(spark);
    Dataset<Row> opened = found.rows();
    InputColumns columns = new InputColumns(settings, opened.schema(), found.unreadable());
    refuseNullType(spark, input, opened.schema());
    columns.check();
    List<Line> warnings = new ArrayList<>(reader.warnings(opened));
    if (input.source() instanceof MessagesPrompt messages
        && !messages.unread(opened.schema()).isEmpty()) {
      warnings.add(
          Line.of(
              "messages",
              "only role and content of %s are put to the model, not %s",
              messages.column(),
              Excerpt.value(String.join(", ", messages.unread(opened.schema())))));
    }
    List<GenerationKey> rowKeys = List.of();
    if (input.rowSettings()) {
      SettingColumns setting = new SettingColumns(opened.schema(), columns.named());
      rowKeys = setting.keys();
      warnings.addAll(setting.slips());
    }
    DrawCheck.check(settings, rowKeys);
    // What is not read may come and go in the input, be of any type, and be called as it likes.
    Dataset<Row> rows =
        opened.select(columns.read(rowKeys).stream().map(Columns::named).toArray(Column[]::new));
    List<String> carried = new ArrayList<>(columns.carried());
    if (input.idColumn() == null) {
      String added = JobSettings.Input.HASH_COLUMN;
      refuseMeeting(rows, "input.id-column = null", added, "name it with input.id-column");
      carried.add(added);
    }
    RowIds.Named named = new RowIds(input, reader).named(rows);
    CheckedInput checked =
        new CheckedInput(
            named.rows(),
            input.prompt(named.column(), null, examples),
            rowKeys,
            carried,
            warnings,
            named.count());
    return sampled(input, checked, examples);
  }

  /** Spark reads a column to which nothing but null was ever written as one of numbers. */
  private static void refuseNullType(
      SparkSession spark, JobSettings.Input input, StructType schema) {
    for (String column : input.source().columns()) {
      if (input.format().equals("parquet")
          && !input.source().takes(DataTypes.IntegerType)
          && List.of(schema.fieldNames()).contains(column)
          && schema.apply(column).dataType().equals(DataTypes.IntegerType)
          && new ParquetColumns(spark, input.path(), input.options()).isNull(column)) {
        throw new RefusedException(
            input.source().named(column)
                + " is of Parquet's null type, every value of it is null: "
                + input.source().wanted());
      }
    }
  }

  /** As many rows of each prompt as the settings ask for. */
  private static CheckedInput sampled(
      JobSettings.Input input, CheckedInput prompts, List<FewShotExample> examples) {
    int samples = input.samplesPerPrompt();
    if (samples == 1) {
      return prompts;
    }
    String column = JobSettings.Input.SAMPLE_COLUMN;
    refuseMeeting(
        prompts.rows(), "input.samples-per-prompt = " + samples, column, "rename it in the input");
    List<String> carried = new ArrayList<>(prompts.carried());
    carried.add(column);
    Column numbers = explode(sequence(lit(0), lit(samples - 1)));
    return new CheckedInput(
        prompts.rows().withColumn(column, numbers),
        input.prompt(prompts.prompt().idColumn(), column, examples),
        prompts.rowKeys(),
        carried,
        prompts.warnings(),
        Math.multiplyExact(prompts.count(), samples));
  }

  /** Refuses an added column that has the name of one of the input's that is read. */
  private static void refuseMeeting(Dataset<Row> rows, String why, String column, String remedy) {
    if (Stream.of(rows.columns()).anyMatch(column::equalsIgnoreCase)) {
      throw new RefusedException(
          why
              + " adds a column "
              + column
              + ", but the input has one: "
              + remedy
              + ", or leave it out with output.columns");
    }
  }
}
