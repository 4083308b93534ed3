package org.dlmspark.job.input;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.CarriedColumns;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.GenerateUdf;
import org.dlmspark.udf.OutputSchema;
import org.dlmspark.udf.decode.GenerationKey;
import org.dlmspark.udf.prompt.Columns;
import org.dlmspark.udf.prompt.PromptSource;

/** The input's columns: what each is for, and which of them go along to the output. */
final class InputColumns {

  private final JobSettings settings;
  private final StructType schema;
  private final Map<String, String> unreadable;

  /**
   * Looks at columns.
   *
   * @param settings the run's settings
   * @param schema the columns that can be read
   * @param unreadable those that cannot, with their types
   */
  InputColumns(JobSettings settings, StructType schema, Map<String, String> unreadable) {
    this.settings = settings;
    this.schema = schema;
    this.unreadable = unreadable;
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
                + ": an id must be a single value, such as a string or a number, and no string"
                + " with a collation");
      }
    }
    if (settings.check().answerColumn() != null) {
      String answers = settings.check().answerColumn();
      require("check.answer-column = " + answers, answers, "");
    }
    checkCarried();
    try {
      source.checkTypes(schema);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
    try {
      OutputSchema.of(
          new StructType(carried().stream().map(schema::apply).toArray(StructField[]::new)));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage() + ", or leave them out with output.columns", e);
    }
  }

  private void checkCarried() {
    CarriedColumns columns = settings.output().columns();
    CarriedColumns others = columns;
    String example = null;
    for (String name : unreadable.keySet()) {
      if (isChosen(name)) {
        others = others.without(name);
        example = example == null ? name : example;
      }
    }
    if (example != null) {
      throw new RefusedException(
          "the input's column "
              + example
              + " is of a type that Spark cannot read, "
              + unreadable.get(example)
              + ": leave out what cannot be read with output.columns = "
              + others.text()
              + ", or write it as another type");
    }
    for (String name : columns.names()) {
      if (Columns.called(schema, name).isEmpty()
          && unreadable.keySet().stream().noneMatch(other -> Columns.same(name, other))) {
        throw absent("output.columns names " + name, name, "");
      }
      for (String needed : needed()) {
        if (columns.allBut() && Columns.same(name, needed)) {
          throw new RefusedException(
              "output.columns leaves out "
                  + name
                  + ", which "
                  + (needed.equals(settings.input().idColumn())
                      ? "input.id-column"
                      : "check.answer-column")
                  + " names: it always goes along; take it out of output.columns");
        }
      }
    }
  }

  /** What an output cannot do without. */
  private List<String> needed() {
    return Stream.of(settings.input().idColumn(), settings.check().answerColumn())
        .filter(Objects::nonNull)
        .toList();
  }

  /** The columns that are something else than settings of rows, whatever they are called. */
  Set<String> named() {
    Set<String> named = new HashSet<>(settings.input().source().columns());
    named.addAll(needed());
    return named;
  }

  /** The columns that go along to the output, in the input's order. */
  List<String> carried() {
    return Arrays.stream(schema.fieldNames())
        .filter(name -> needed().contains(name) || isChosen(name))
        .toList();
  }

  private boolean isChosen(String name) {
    CarriedColumns columns = settings.output().columns();
    return columns.names().stream().anyMatch(other -> Columns.same(name, other))
        != columns.allBut();
  }

  /**
   * The columns that are read, in the input's order: those that go along to the output, and those
   * that rows are made of.
   *
   * @param rowKeys the settings that columns give row by row
   */
  List<String> read(List<GenerationKey> rowKeys) {
    Set<String> read = new HashSet<>(carried());
    read.addAll(named());
    return Arrays.stream(schema.fieldNames())
        .filter(
            name ->
                read.contains(name)
                    || rowKeys.stream().anyMatch(key -> Columns.same(name, key.column())))
        .toList();
  }

  /**
   * Refuses a column that is not there.
   *
   * @param named the setting and its value
   * @param usual what to do, unless the input's format suggests better; else empty
   */
  private void require(String named, String name, String usual) {
    if (unreadable.containsKey(name)) {
      throw new RefusedException(
          named
              + " is of a type that Spark cannot read, "
              + unreadable.get(name)
              + ": write it as another type");
    }
    if (!List.of(schema.fieldNames()).contains(name)) {
      throw absent(named, name, usual);
    }
  }

  private RefusedException absent(String named, String name, String usual) {
    List<String> names = List.of(schema.fieldNames());
    String remedy = usual.isEmpty() && !names.isEmpty() ? "; name one of these" : usual;
    if (names.equals(List.of(InputReader.UNREADABLE))) {
      remedy =
          "; the file is not one JSON object a line: if it is one JSON array, set"
              + " input.options.multiLine = true";
    } else if (settings.input().format().equals("csv") && names.contains("_c0")) {
      remedy = "; if the first line of the csv holds names, set input.options.header = true";
    }
    return new RefusedException(
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
