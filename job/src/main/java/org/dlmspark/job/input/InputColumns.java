package org.dlmspark.job.input;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.GenerateUdf;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.prompt.PromptSource;

/** The input's columns beside those that the settings name and the job adds. */
final class InputColumns {

  private final JobSettings settings;
  private final StructType schema;

  InputColumns(JobSettings settings, StructType schema) {
    this.settings = settings;
    this.schema = schema;
  }

  /**
   * Checks that columns are there, of a type that fits, and in no other's way.
   *
   * @throws RefusedException if they are not
   */
  void check() {
    JobSettings.Input input = settings.input();
    PromptSource source = input.source();
    source.columns().forEach(column -> require(source.named(column), column, ""));
    if (input.idColumn() != null) {
      require(
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
    } else if (wouldMeet(JobSettings.Input.HASH_COLUMN)) {
      throw new RefusedException(
          "input.id-column = null adds a column "
              + JobSettings.Input.HASH_COLUMN
              + ", but the input has one: name it with input.id-column, or rename it in the input");
    }
    if (settings.check().answerColumn() != null) {
      String answers = settings.check().answerColumn();
      require("check.answer-column = " + answers, answers, "");
    }
    try {
      source.checkTypes(schema);
      OutputSchema.of(schema);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  /**
   * Whether an added column would meet one of the input's. Parquet files are read without regard to
   * case, so names must differ in more than that.
   *
   * @param added its name, in lower case
   */
  boolean wouldMeet(String added) {
    return Arrays.stream(schema.fieldNames())
        .anyMatch(name -> name.toLowerCase(Locale.ROOT).equals(added));
  }

  /**
   * Refuses a column that is not there.
   *
   * @param named the setting and its value
   * @param usual what to do, unless the input's format suggests better; else empty
   */
  private void require(String named, String name, String usual) {
    List<String> names = List.of(schema.fieldNames());
    if (names.contains(name)) {
      return;
    }
    String remedy = usual.isEmpty() && !names.isEmpty() ? "; name one of these" : usual;
    if (names.equals(List.of(CheckedInput.UNREADABLE))) {
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
}
