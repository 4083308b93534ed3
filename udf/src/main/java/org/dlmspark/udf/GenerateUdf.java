package org.dlmspark.udf;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.AtomicType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.VariantType;
import org.dlmspark.udf.prompt.PromptSource;
import org.dlmspark.udf.service.Completion;
import org.dlmspark.udf.service.DecoderService;

/**
 * Generates a completion for every row of a partition, by the decoder that the tasks of an executor
 * share:
 *
 * <pre>{@code
 * StructType output = OutputSchema.of(prompts.schema());
 * prompts.mapPartitions(new GenerateUdf(prompts.schema(), settings), Encoders.row(output));
 * }</pre>
 *
 * <p>It streams: a task holds no more rows than the decoder's queue and slots do, and hands each
 * out as it finishes, so the order of rows changes. A row that cannot be decoded comes out with an
 * error code. When its task is cancelled it stops at once and its sequences leave the batch.
 */
public final class GenerateUdf implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final GenerateSettings settings;
  private final StructType input;
  private final int[] carried;
  private final RowCounts counts;

  /**
   * Checks the input's columns.
   *
   * @param input the schema of the input rows
   * @param settings what to generate, and how
   * @throws IllegalArgumentException if the id column or one of the prompt's is missing or of a
   *     wrong type, or the input has a column with the name of an output column
   */
  public GenerateUdf(StructType input, GenerateSettings settings) {
    this(input, List.of(input.fieldNames()), settings, null);
  }

  /**
   * As above, for a stage that carries only some of the input's columns along, and counts its rows.
   *
   * @param input the schema of the input rows
   * @param carried the columns that come out again, before those of the completion
   * @param settings what to generate, and how
   * @param counts count the rows on Spark's pages; null for none
   * @throws IllegalArgumentException if the id or prompt column is missing or of a wrong type, or a
   *     carried column has the name of an output column or of another
   */
  public GenerateUdf(
      StructType input, List<String> carried, GenerateSettings settings, RowCounts counts) {
    this.settings = settings;
    this.counts = counts;
    this.input = input;
    StructType kept = new StructType();
    for (String column : carried) {
      kept = kept.add(input.fields()[index(input, "a carried column " + column, column)]);
    }
    OutputSchema.of(kept);
    this.carried = carried.stream().mapToInt(input::fieldIndex).toArray();
    settings.rowKeys().forEach(key -> RowSettings.column(input, key));
    PromptSource source = settings.prompt().source();
    source.columns().forEach(column -> index(input, source.named(column), column));
    source.checkTypes(input);
    String named = "input.id-column = " + settings.prompt().idColumn();
    int idIndex = index(input, named, settings.prompt().idColumn());
    DataType idType = input.fields()[idIndex].dataType();
    if (!isIdType(idType)) {
      throw new IllegalArgumentException(
          named
              + ": the column is of type "
              + idType.simpleString()
              + "; it must be a number, a string or another simple type");
    }
  }

  /**
   * Whether a column of this type can name rows: its values must be single ones, with a text that
   * is always the same, and equal only where it is.
   *
   * @param type the column's type
   * @return true for numbers, strings, dates and the like
   */
  public static boolean isIdType(DataType type) {
    return type instanceof AtomicType
        && !(type instanceof BinaryType)
        && !(type instanceof VariantType)
        && !(type instanceof StringType text && !text.isUTF8BinaryCollation());
  }

  private static int index(StructType input, String named, String column) {
    for (int i = 0; i < input.length(); i++) {
      if (input.fields()[i].name().equals(column)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        named
            + ": there is no such column; the input has "
            + String.join(", ", input.fieldNames()));
  }

  private void count(Completion completion) {
    DecoderService.meter().row(completion);
    if (counts != null) {
      counts.add(completion);
    }
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    DecoderService decoder = DecoderService.get(settings.decoder());
    TaskContext task = TaskContext.get();
    GeneratedRows generated =
        new GeneratedRows(rows, input, carried, settings, decoder, TaskView.of(task), this::count);
    if (task != null) {
      task.addTaskCompletionListener(
          context -> {
            generated.close();
          });
    }
    return generated;
  }
}
