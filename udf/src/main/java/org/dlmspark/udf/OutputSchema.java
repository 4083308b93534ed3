package org.dlmspark.udf;

import java.sql.Timestamp;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.service.Completion;
import scala.collection.immutable.ArraySeq;

/** The output row: all input columns, then those of a {@link Completion}. */
public final class OutputSchema {
  private static final StructType ERROR =
      new StructType().add("code", DataTypes.StringType).add("message", DataTypes.StringType);
  private static final StructType USAGE =
      new StructType()
          .add("prompt_tokens", DataTypes.IntegerType)
          .add("completion_tokens", DataTypes.IntegerType)
          .add("steps", DataTypes.IntegerType)
          .add("forward_passes", DataTypes.IntegerType)
          .add("positions_computed", DataTypes.LongType)
          .add("positions_total", DataTypes.LongType);
  private static final StructType TIMING =
      new StructType()
          .add("started_at", DataTypes.TimestampType)
          .add("queue_ms", DataTypes.DoubleType)
          .add("tokenize_ms", DataTypes.DoubleType)
          .add("decode_ms", DataTypes.DoubleType)
          .add("detokenize_ms", DataTypes.DoubleType)
          .add("total_ms", DataTypes.DoubleType)
          .add("compute_ms", DataTypes.DoubleType);
  private static final StructType ORIGIN =
      new StructType()
          .add("run_id", DataTypes.StringType)
          .add("wave", DataTypes.IntegerType)
          .add("executor", DataTypes.StringType)
          .add("device", DataTypes.StringType)
          .add("partition", DataTypes.IntegerType)
          .add("attempt", DataTypes.IntegerType)
          .add("seed", DataTypes.LongType);

  private static final StructType ADDED =
      new StructType()
          .add("completion", DataTypes.StringType)
          .add("token_ids", DataTypes.createArrayType(DataTypes.IntegerType))
          .add("finish_reason", DataTypes.StringType)
          .add("error", ERROR)
          .add("usage", USAGE)
          .add("timing", TIMING)
          .add("origin", ORIGIN);

  /** The names of the columns added to the input's, in order. */
  public static final List<String> COLUMNS = List.of(ADDED.fieldNames());

  private OutputSchema() {}

  /**
   * The schema of the output rows.
   *
   * @param input the schema of the input rows
   * @return the input's columns followed by {@link #COLUMNS}
   * @throws IllegalArgumentException if the input has a column of one of these names, in any case
   */
  public static StructType of(StructType input) {
    List<String> clashes =
        COLUMNS.stream()
            .filter(column -> Arrays.stream(input.fieldNames()).anyMatch(column::equalsIgnoreCase))
            .toList();
    if (!clashes.isEmpty()) {
      throw new IllegalArgumentException(
          "the input has columns that the output adds: "
              + String.join(", ", clashes)
              + "; rename them in the input");
    }
    StructField[] fields = Arrays.copyOf(input.fields(), input.length() + ADDED.length());
    System.arraycopy(ADDED.fields(), 0, fields, input.length(), ADDED.length());
    return new StructType(fields);
  }

  /** The output row of an input row. */
  static Row row(Row input, Completion completion) {
    Object[] values = new Object[input.length() + ADDED.length()];
    for (int i = 0; i < input.length(); i++) {
      values[i] = input.get(i);
    }
    int at = input.length();
    values[at++] = completion.text();
    values[at++] = completion.tokenIds() == null ? null : new ArraySeq.ofInt(completion.tokenIds());
    values[at++] = completion.finishReason();
    values[at++] = error(completion.error());
    values[at++] = usage(completion.usage());
    values[at++] = timing(completion.timing());
    values[at] = origin(completion.origin());
    return RowFactory.create(values);
  }

  private static Row error(Completion.Failure error) {
    return error == null ? null : RowFactory.create(error.code().name(), error.message());
  }

  private static Row usage(Completion.Usage usage) {
    return RowFactory.create(
        usage.promptTokens(),
        usage.completionTokens(),
        usage.steps(),
        usage.forwardPasses(),
        usage.positionsComputed(),
        usage.positionsTotal());
  }

  private static Row timing(Completion.Timing timing) {
    // Spark's row encoder takes the one class or the other, as its settings say.
    Object startedAt =
        SQLConf.get().datetimeJava8ApiEnabled()
            ? timing.startedAt()
            : Timestamp.from(timing.startedAt());
    return RowFactory.create(
        startedAt,
        timing.queueMs(),
        timing.tokenizeMs(),
        timing.decodeMs(),
        timing.detokenizeMs(),
        timing.totalMs(),
        timing.computeMs());
  }

  private static Row origin(Completion.Origin origin) {
    return RowFactory.create(
        origin.runId(),
        origin.wave(),
        origin.executor(),
        origin.device(),
        origin.partition(),
        origin.attempt(),
        origin.seed());
  }
}
