package org.dlmspark.udf;

import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.service.Completion;
import scala.collection.immutable.ArraySeq;

/** The output row: columns of the input, then those of a {@link Completion}. */
public final class OutputSchema {
  /** The field of {@code origin} with the row's {@link PromptHash}. */
  public static final String PROMPT_HASH = "prompt_hash";

  /** The fields of a struct, each with what fills it from a {@code T}. */
  private static final class Fields<T> {
    private final List<StructField> types = new ArrayList<>();
    private final List<Function<T, Object>> values = new ArrayList<>();

    Fields<T> add(String name, DataType type, Function<T, Object> value) {
      types.add(DataTypes.createStructField(name, type, true));
      values.add(value);
      return this;
    }

    StructType type() {
      return new StructType(types.toArray(StructField[]::new));
    }

    Stream<Object> values(T from) {
      return values.stream().map(value -> value.apply(from));
    }

    Row row(T from) {
      return from == null ? null : RowFactory.create(values(from).toArray());
    }
  }

  private static final Fields<Completion.Failure> ERROR =
      new Fields<Completion.Failure>()
          .add("code", DataTypes.StringType, error -> error.code().name())
          .add("message", DataTypes.StringType, Completion.Failure::message);
  private static final Fields<Completion.Usage> USAGE =
      new Fields<Completion.Usage>()
          .add("prompt_tokens", DataTypes.IntegerType, Completion.Usage::promptTokens)
          .add("completion_tokens", DataTypes.IntegerType, Completion.Usage::completionTokens)
          .add("steps", DataTypes.IntegerType, Completion.Usage::steps)
          .add("forward_passes", DataTypes.IntegerType, Completion.Usage::forwardPasses)
          .add("positions_computed", DataTypes.LongType, Completion.Usage::positionsComputed)
          .add("positions_total", DataTypes.LongType, Completion.Usage::positionsTotal);
  private static final Fields<Completion.Timing> TIMING =
      new Fields<Completion.Timing>()
          .add("started_at", DataTypes.TimestampType, OutputSchema::startedAt)
          .add("queue_ms", DataTypes.DoubleType, Completion.Timing::queueMs)
          .add("tokenize_ms", DataTypes.DoubleType, Completion.Timing::tokenizeMs)
          .add("decode_ms", DataTypes.DoubleType, Completion.Timing::decodeMs)
          .add("detokenize_ms", DataTypes.DoubleType, Completion.Timing::detokenizeMs)
          .add("total_ms", DataTypes.DoubleType, Completion.Timing::totalMs)
          .add("compute_ms", DataTypes.DoubleType, Completion.Timing::computeMs);
  private static final Fields<Completion.Origin> ORIGIN =
      new Fields<Completion.Origin>()
          .add("run_id", DataTypes.StringType, Completion.Origin::runId)
          .add("wave", DataTypes.IntegerType, Completion.Origin::wave)
          .add("executor", DataTypes.StringType, Completion.Origin::executor)
          .add("device", DataTypes.StringType, Completion.Origin::device)
          .add("partition", DataTypes.IntegerType, Completion.Origin::partition)
          .add("attempt", DataTypes.IntegerType, Completion.Origin::attempt)
          .add("seed", DataTypes.LongType, Completion.Origin::seed)
          .add(PROMPT_HASH, DataTypes.StringType, Completion.Origin::promptHash);

  private static final Fields<Completion> ADDED =
      new Fields<Completion>()
          .add("completion", DataTypes.StringType, Completion::text)
          .add(
              "token_ids", DataTypes.createArrayType(DataTypes.IntegerType), OutputSchema::tokenIds)
          .add("finish_reason", DataTypes.StringType, Completion::finishReason)
          .add("error", ERROR.type(), completion -> ERROR.row(completion.error()))
          .add("usage", USAGE.type(), completion -> USAGE.row(completion.usage()))
          .add("timing", TIMING.type(), completion -> TIMING.row(completion.timing()))
          .add("origin", ORIGIN.type(), completion -> ORIGIN.row(completion.origin()));

  /** The names of the columns added to the input's, in order. */
  public static final List<String> COLUMNS = List.of(ADDED.type().fieldNames());

  private OutputSchema() {}

  /**
   * The schema of the output rows.
   *
   * @param input the columns of the input that go with them
   * @return these followed by {@link #COLUMNS}
   * @throws IllegalArgumentException if one of the columns has one of these names, in any case, or
   *     two have one name
   */
  public static StructType of(StructType input) {
    for (String name : input.fieldNames()) {
      List<String> called = Columns.called(input, name);
      if (called.size() > 1) {
        throw new IllegalArgumentException(
            "the input has more than one column "
                + String.join(", ", called)
                + ": Spark cannot tell them apart; rename them in the input");
      }
    }
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
    return new StructType(
        Stream.concat(Stream.of(input.fields()), ADDED.types.stream()).toArray(StructField[]::new));
  }

  /**
   * The output row of an input row.
   *
   * @param input the row
   * @param carried the places of its columns that go with it
   * @param completion what came of it
   */
  static Row row(Row input, int[] carried, Completion completion) {
    return RowFactory.create(
        Stream.concat(IntStream.of(carried).mapToObj(input::get), ADDED.values(completion))
            .toArray());
  }

  private static Object tokenIds(Completion completion) {
    return completion.tokenIds() == null ? null : new ArraySeq.ofInt(completion.tokenIds());
  }

  private static Object startedAt(Completion.Timing timing) {
    // Spark's row encoder takes the one class or the other, as its settings say.
    return SQLConf.get().datetimeJava8ApiEnabled()
        ? timing.startedAt()
        : Timestamp.from(timing.startedAt());
  }
}
