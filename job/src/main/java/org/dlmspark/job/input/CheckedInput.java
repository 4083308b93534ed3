package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.substring;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.Console.Line;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.PromptHash;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.prompt.PromptSettings;

/**
 * Checked prompts.
 *
 * @param rows the input's rows, not yet read, with the columns that go along to the output and
 *     those that rows are made of; with an added column {@code id} if the settings name none: the
 *     first 32 hexadecimal digits of the SHA-256 of the prompt's UTF-8, of a row without one of all
 *     that is in it
 * @param prompt how a row becomes a prompt; its id and sample columns are those of the rows, be
 *     they the input's or added ones
 * @param rowKeys the settings that columns give row by row
 * @param carried the columns that go along to the output, added ones among them
 * @param warnings what a user might not have meant, in lines for the console
 * @param count how many rows there are
 */
public record CheckedInput(
    Dataset<Row> rows,
    PromptSettings prompt,
    List<GenerationKey> rowKeys,
    List<String> carried,
    List<Line> warnings,
    long count) {

  private static final int LONGEST_PREVIEW = 300;

  /**
   * Other rows of the same input.
   *
   * @param others the rows, with the same columns
   * @param howMany how many there are
   */
  public CheckedInput with(Dataset<Row> others, long howMany) {
    return new CheckedInput(others, prompt, rowKeys, carried, warnings, howMany);
  }

  /** The columns of an output. */
  public StructType outputSchema() {
    StructType schema = rows.schema();
    return OutputSchema.of(
        new StructType(carried.stream().map(schema::apply).toArray(StructField[]::new)));
  }

  /** The columns that together name a row. */
  public List<String> nameColumns() {
    return prompt.sampleColumn() == null
        ? List.of(prompt.idColumn())
        : List.of(prompt.idColumn(), prompt.sampleColumn());
  }

  /** The same rows, their prompts made on another day. */
  public CheckedInput on(LocalDate day) {
    return new CheckedInput(rows, prompt.on(day), rowKeys, carried, warnings, count);
  }

  /** What the first row that asks something asks, shortened; null if there is none. */
  public String firstPrompt() {
    return rows
        .filter(asks(promptText()))
        .select(substring(promptText(), 1, LONGEST_PREVIEW))
        .takeAsList(1)
        .stream()
        .map(row -> row.getString(0))
        .findFirst()
        .orElse(null);
  }

  /** What a row asks, as one string. */
  public Column promptText() {
    return prompt.source().text(rows.schema());
  }

  /** What a row asks, with the settings of its own, as a hash. */
  public Column promptHash() {
    return new PromptHash(prompt, rowKeys, rows.schema()).column();
  }

  /** Whether there is anything in a prompt. */
  static Column asks(Column prompt) {
    return coalesce(prompt.rlike("(?U)\\S"), lit(false));
  }

  /**
   * What decides in which wave and task a row is done: its name, or where identical rows are to
   * meet what makes them identical.
   */
  public Column[] place() {
    if (!prompt.dedupe()) {
      return nameColumns().stream().map(Columns::named).toArray(Column[]::new);
    }
    List<Column> place = new ArrayList<>(List.of(promptText()));
    rowKeys.forEach(key -> place.add(Columns.named(key.column())));
    if (prompt.sampleColumn() != null) {
      place.add(Columns.named(prompt.sampleColumn()));
    }
    return place.toArray(Column[]::new);
  }
}
