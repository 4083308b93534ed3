package org.dlmspark.job.input;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.GenerateUdf;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.prompt.FewShotExample;
import org.dlmspark.udf.prompt.PromptSettings;
import org.dlmspark.udf.prompt.PromptSource;
import org.dlmspark.udf.service.FailureReason;

/**
 * Opens the input and checks it before anything is decoded: its columns, and that every row has an
 * id of its own.
 */
public final class InputCheck {

  /**
   * Hexadecimal digits of the added id: 128 bits, so that no two of many prompts meet by chance.
   */
  private static final int HASH_DIGITS = 32;

  private static final Pattern OTHER_FORMAT =
      Pattern.compile("\\.(jsonl?|csv|orc|avro)(\\.(gz|bz2|zst))?$");

  private static final int EXAMPLES = 3;
  private static final int LONGEST_EXAMPLE = 60;
  private static final int LONGEST_PREVIEW = 300;

  /** Where Spark puts a line that is not what its format asks for. */
  public static final String UNREADABLE = "_corrupt_record";

  /** Settings that decide whether a completion is drawn. */
  private static final Set<GenerationKey> CHANCE =
      EnumSet.of(GenerationKey.TEMPERATURE, GenerationKey.ALG_TEMP, GenerationKey.REMASKING);

  private final JobSettings settings;

  private final List<FewShotExample> examples;

  private InputCheck(JobSettings settings, List<FewShotExample> examples) {
    this.settings = settings;
    this.examples = examples;
  }

  /**
   * Checked prompts.
   *
   * @param rows the input's rows, not yet read; with an added column {@code id} if the settings
   *     name none: the first 32 hexadecimal digits of the SHA-256 of the prompt's UTF-8, of a row
   *     without one of all that is in it
   * @param prompt how a row becomes a prompt; its id and sample columns are those of the rows, be
   *     they the input's or added ones
   * @param rowKeys the settings that columns give row by row
   * @param count how many rows there are
   */
  public record CheckedInput(
      Dataset<Row> rows, PromptSettings prompt, List<GenerationKey> rowKeys, long count) {

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

  /**
   * Opens and checks the input. Reads the columns with ids and, where the id is a hash, prompts.
   *
   * @param spark the session to read with
   * @param settings the run's settings
   * @return the rows to generate for
   * @throws RefusedException if the input cannot be read or a column does not fit
   */
  public static CheckedInput check(SparkSession spark, JobSettings settings) {
    String fewShot = settings.input().fewShot();
    List<FewShotExample> examples =
        fewShot == null
            ? List.of()
            : FewShotFile.read(fewShot, spark.sparkContext().hadoopConfiguration());
    return new InputCheck(settings, examples).check(spark);
  }

  private CheckedInput check(SparkSession spark) {
    JobSettings.Input input = settings.input();
    refuseOtherFormat(input);
    Dataset<Row> rows =
        reading(
            () -> spark.read().format(input.format()).options(input.options()).load(input.path()));
    checkColumns(rows.schema());
    if (input.idColumn() == null) {
      Column prompt = input.source().text(rows.schema());
      Column asks = asks(prompt);
      Column hashed = when(asks, prompt).otherwise(allOf(rows.schema()));
      Dataset<Row> named =
          rows.withColumn(
              JobSettings.Input.HASH_COLUMN,
              substring(sha2(hashed.cast("binary"), 256), 1, HASH_DIGITS));
      // Rows that are equal in all and ask nothing share an id: each becomes an error row.
      long count =
          checkIds(
              named, JobSettings.Input.HASH_COLUMN, asks, substring(prompt, 1, LONGEST_EXAMPLE));
      return sampled(named, JobSettings.Input.HASH_COLUMN, count);
    }
    return sampled(rows, input.idColumn(), checkIds(rows, input.idColumn(), lit(true), lit(null)));
  }

  /** The slip that is made most often, before Spark tells of it in many words. */
  private static void refuseOtherFormat(JobSettings.Input input) {
    Matcher name = OTHER_FORMAT.matcher(input.path().toLowerCase(Locale.ROOT));
    if (input.format().equals("parquet") && name.find()) {
      throw new RefusedException(
          "input.path = "
              + input.path()
              + " is named as "
              + name.group(1)
              + ", but input.format = parquet: set input.format = "
              + (name.group(1).equals("jsonl") ? "json" : name.group(1)));
    }
  }

  /** Whether there is anything in a prompt. */
  static Column asks(Column prompt) {
    return coalesce(prompt.rlike("(?U)\\S"), lit(false));
  }

  /** All columns as one string, which tells null from any text. */
  private static Column allOf(StructType schema) {
    return concat_ws(
        "\u0001",
        Arrays.stream(schema.fieldNames())
            .map(name -> coalesce(Columns.named(name).cast("string"), lit("\u0000")))
            .toArray(Column[]::new));
  }

  /** As many rows of each prompt as the settings ask for. */
  private CheckedInput sampled(Dataset<Row> rows, String idColumn, long count) {
    List<GenerationKey> rowKeys = rowKeys(rows.schema(), idColumn);
    checkSomeAreNotDrawn(rowKeys);
    JobSettings.Input input = settings.input();
    int samples = input.samplesPerPrompt();
    if (samples == 1) {
      return new CheckedInput(rows, input.prompt(idColumn, null, examples), rowKeys, count);
    }
    checkSamplesDiffer(samples, rowKeys);
    if (namesInLowerCase(rows.schema()).contains(JobSettings.Input.SAMPLE_COLUMN)) {
      throw new RefusedException(
          "input.samples-per-prompt = "
              + samples
              + " adds a column "
              + JobSettings.Input.SAMPLE_COLUMN
              + ", but the input has one: rename it in the input");
    }
    Column numbers = explode(sequence(lit(0), lit(samples - 1)));
    return new CheckedInput(
        rows.withColumn(JobSettings.Input.SAMPLE_COLUMN, numbers),
        input.prompt(idColumn, JobSettings.Input.SAMPLE_COLUMN, examples),
        rowKeys,
        Math.multiplyExact(count, samples));
  }

  private List<GenerationKey> rowKeys(StructType schema, String idColumn) {
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

  private void checkSamplesDiffer(int samples, List<GenerationKey> rowKeys) {
    if (!settings.generation().draws() && Collections.disjoint(rowKeys, CHANCE)) {
      throw new RefusedException(
          "input.samples-per-prompt = "
              + samples
              + " would give the same completion "
              + samples
              + " times, since nothing is drawn: set generation.temperature above 0, such as 0.7");
    }
  }

  private void checkSomeAreNotDrawn(List<GenerationKey> rowKeys) {
    if (settings.input().dedupe()
        && settings.generation().draws()
        && Collections.disjoint(rowKeys, CHANCE)) {
      throw new RefusedException(
          "input.dedupe = true would have no effect, since every completion is drawn: set"
              + " input.dedupe = false, or generation.temperature = 0, generation.alg-temp = 0 and a"
              + " generation.remasking other than random");
    }
  }

  private <T> T reading(Supplier<T> step) {
    try {
      return step.get();
    } catch (Exception e) { // Spark throws checked exceptions that its signatures do not name.
      String condition =
          e instanceof SparkThrowable known && known.getCondition() != null
              ? known.getCondition()
              : "";
      String path = "input.path = " + settings.input().path();
      String format = settings.input().format();
      throw new RefusedException(
          switch (condition) {
            case "PATH_NOT_FOUND" ->
                path
                    + " does not exist: check the path; a relative one begins in the folder where the job was"
                    + " started";
            case "DATA_SOURCE_NOT_FOUND" ->
                "input.format = "
                    + format
                    + ": Spark knows no such format; name one such as parquet, json or csv, or give"
                    + " Spark the jar that brings it (--packages)";
            case "UNABLE_TO_INFER_SCHEMA" ->
                path + " holds no " + format + " files: check the path and input.format";
            default ->
                path
                    + " cannot be read as "
                    + format
                    + ": "
                    + FailureReason.of(e)
                    + "; if it is of another format, name that with input.format";
          },
          e);
    }
  }

  private void checkColumns(StructType schema) {
    JobSettings.Input input = settings.input();
    PromptSource source = input.source();
    source.columns().forEach(column -> requireColumn(schema, source.named(column), column, ""));
    if (input.idColumn() != null) {
      requireColumn(
          schema,
          "input.id-column = " + input.idColumn(),
          input.idColumn(),
          "; name the id column, or set input.id-column = null to take a hash of the prompt");
      DataType idType = schema.apply(input.idColumn()).dataType();
      if (!GenerateUdf.isIdType(idType)) {
        throw new RefusedException(
            "input.id-column = "
                + input.idColumn()
                + " is of type "
                + idType.simpleString()
                + ": an id must be a single value, such as a string or a number");
      }
    } else if (namesInLowerCase(schema).contains(JobSettings.Input.HASH_COLUMN)) {
      throw new RefusedException(
          "input.id-column = null adds a column "
              + JobSettings.Input.HASH_COLUMN
              + ", but the input has one: name it with input.id-column, or rename it in the input");
    }
    if (settings.check().answerColumn() != null) {
      String answers = settings.check().answerColumn();
      requireColumn(schema, "check.answer-column = " + answers, answers, "");
    }
    try {
      source.checkTypes(schema);
      OutputSchema.of(schema);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  /** Parquet files are read without regard to case, so names must differ in more than that. */
  private static Set<String> namesInLowerCase(StructType schema) {
    return Arrays.stream(schema.fieldNames())
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }

  /**
   * Refuses a column that is not there.
   *
   * @param named the setting and its value
   * @param usual what to do, unless the input's format suggests better; else empty
   */
  private void requireColumn(StructType schema, String named, String name, String usual) {
    List<String> names = List.of(schema.fieldNames());
    if (names.contains(name)) {
      return;
    }
    String remedy = usual.isEmpty() && !names.isEmpty() ? "; name one of these" : usual;
    if (names.equals(List.of(UNREADABLE))) {
      remedy =
          "; the file is not one JSON object a line: if it is one JSON array, set"
              + " input.options.multiLine = true";
    } else if (settings.input().format().equals("csv") && names.contains("_c0")) {
      remedy = "; if the first line of the csv holds names, set input.options.header = true";
    }
    throw new RefusedException(
        named
            + ": the input has no such column; it has "
            + (names.isEmpty() ? "none" : String.join(", ", nearestFirst(names, name)))
            + remedy);
  }

  private static List<String> nearestFirst(List<String> names, String wanted) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return names.stream()
        .sorted(Comparator.comparing(name -> distance.apply(name, wanted)))
        .toList();
  }

  /**
   * Counts rows and refuses ids that are missing or shared.
   *
   * @param counts true for rows whose id must be their own
   * @param example what to call a row in a message, if not by its id
   */
  private long checkIds(Dataset<Row> rows, String idColumn, Column counts, Column example) {
    Dataset<Row> ids =
        rows.select(Columns.named(idColumn).as("id"), counts.as("counts"), example.as("example"))
            .groupBy("id")
            .agg(count(lit(1)).as("n"), max("counts").as("counts"), first("example").as("example"));
    Column shared = col("n").gt(1).and(col("id").isNotNull()).and(col("counts"));
    Row totals =
        reading(
            () ->
                ids.agg(
                        total(col("n")),
                        total(when(col("id").isNull(), col("n"))),
                        total(when(shared, lit(1L))))
                    .first());
    long count = totals.getLong(0);
    if (totals.getLong(1) > 0) {
      throw new RefusedException(
          String.format(
              Locale.ROOT,
              "input.id-column = %s is null in %,d of %,d rows: give every row an id, or set"
                  + " input.id-column = null to take a hash of the prompt",
              idColumn,
              totals.getLong(1),
              count));
    }
    if (totals.getLong(2) > 0) {
      throw notUnique(totals.getLong(2), ids.filter(shared));
    }
    return count;
  }

  private static String quoted(String prompt) {
    String line = prompt.replaceAll("\\s+", " ").strip();
    return '"' + line + (prompt.length() < LONGEST_EXAMPLE ? "" : "...") + '"';
  }

  private RefusedException notUnique(long shared, Dataset<Row> groups) {
    String examples =
        groups.orderBy(col("n").desc(), col("id")).limit(EXAMPLES).collectAsList().stream()
            .map(
                row ->
                    String.format(
                        Locale.ROOT,
                        "%s (%,d rows)",
                        row.isNullAt(3) ? row.get(0) : quoted(row.getString(3)),
                        row.getLong(1)))
            .collect(Collectors.joining(", "));
    if (settings.input().idColumn() == null) {
      return new RefusedException(
          String.format(
              Locale.ROOT,
              "input.id-column = null names rows by their prompt, but prompts occur more than"
                  + " once: %,d, such as %s: name an id column, or remove the"
                  + " repetitions",
              shared,
              examples));
    }
    return new RefusedException(
        String.format(
            Locale.ROOT,
            "input.id-column = %s is not unique: ids that occur more than once: %,d, such as %s: give every row an id of its own, or set input.id-column = null to take a hash of the prompt",
            settings.input().idColumn(),
            shared,
            examples));
  }

  private static Column total(Column column) {
    return coalesce(sum(column), lit(0L));
  }
}
