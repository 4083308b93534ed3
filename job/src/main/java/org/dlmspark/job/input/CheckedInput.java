package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.substring;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.prompt.PromptSettings;

/**
 * Checked prompts.
 *
 * @param rows the input's rows, not yet read; with an added column {@code id} if the settings name
 *     none: the first 32 hexadecimal digits of the SHA-256 of the prompt's UTF-8, of a row without
 *     one of all that is in it
 * @param prompt how a row becomes a prompt; its id and sample columns are those of the rows, be
 *     they the input's or added ones
 * @param rowKeys the settings that columns give row by row
 * @param count how many rows there are
 */
public record CheckedInput(
    Dataset<Row> rows, PromptSettings prompt, List<GenerationKey> rowKeys, long count) {

  /** Where Spark puts a line that is not what its format asks for. */
  public static final String UNREADABLE = "_corrupt_record";

  private static final int LONGEST_PREVIEW = 300;

  /** The columns that together name a row. */
  public List<String> nameColumns() {
    return prompt.sampleColumn() == null
        ? List.of(prompt.idColumn())
        : List.of(prompt.idColumn(), prompt.sampleColumn());
  }

  /** Rows that ask nothing, which become rows with an error. Reads all prompts. */
  public long empty() {
    return rows.filter(not(asks(promptText()))).count();
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

  /** Whether there is anything in a prompt. */
  static Column asks(Column prompt) {
    return coalesce(prompt.rlike("(?U)\\S"), lit(false));
  }

  /**
   * What decides in which wave and task a row is done: its name, or where identical rows are to
   * meet what makes them identical. All of it is in the output too.
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
