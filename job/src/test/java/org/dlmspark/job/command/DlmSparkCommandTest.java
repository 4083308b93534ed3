package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.fixtures.FakeGenerator;
import org.dlmspark.job.fixtures.TinyModel;
import org.dlmspark.udf.OutputSchema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DlmSparkCommandTest {

  private static final String MASTER = "spark.master";

  @TempDir Path folder;

  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();

  /** As spark-submit does it. */
  @BeforeEach
  void setSparkProperties() {
    System.setProperty(MASTER, "local[2]");
    System.setProperty("spark.ui.enabled", "false");
    System.setProperty("spark.sql.shuffle.partitions", "2");
  }

  @AfterEach
  void clearSparkProperties() {
    System.clearProperty(MASTER);
    System.clearProperty("spark.ui.enabled");
    System.clearProperty("spark.sql.shuffle.partitions");
  }

  private int execute(String... args) {
    Console console =
        new Console(
            new PrintStream(outBytes, true, StandardCharsets.UTF_8),
            new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    return DlmSparkCommand.execute(console, FakeGenerator::new, args);
  }

  private String out() {
    return outBytes.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return errBytes.toString(StandardCharsets.UTF_8);
  }

  private Path input(String... jsonLines) throws IOException {
    return Files.write(folder.resolve("in.json"), List.of(jsonLines));
  }

  private String[] runArgs(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--input=" + folder.resolve("in.json"),
                "--output=" + folder.resolve("out"),
                "--model=" + TinyModel.write(folder.resolve("model")),
                "--set=input.format=json",
                "--set=generation.gen-length=32"));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private List<Row> output() {
    SparkSession spark = SparkSession.builder().getOrCreate();
    try {
      return spark.read().parquet(folder.resolve("out").toString()).collectAsList();
    } finally {
      spark.stop();
    }
  }

  private static boolean sparkRuns() {
    return SparkSession.getDefaultSession().exists(session -> !session.sparkContext().isStopped());
  }

  @Test
  void helpNamesOptionsAndExitCodes() {
    assertThat(execute("--help")).isZero();
    assertThat(out())
        .contains("--config=FILE", "--input=PATH", "--set=KEY=VALUE", "--dry-run")
        .containsPattern("2 +refused before anything was decoded");
  }

  @Test
  void versionIsTheBuilds() {
    assertThat(execute("--version")).isZero();
    assertThat(out()).matches("dlm-spark \\d+\\.\\d+\\.\\d+\\S*\\s+");
  }

  @Test
  void unknownOptionIsRefused() {
    assertThat(execute("--inptu", "x")).isEqualTo(2);
    assertThat(err())
        .startsWith("dlm-spark: Unknown options: '--inptu', 'x'; did you mean --input");
  }

  @Test
  void settingsAreCheckedBeforeSparkStarts() {
    assertThat(execute(runArgs("--set", "generation.stepz=5"))).isEqualTo(2);
    assertThat(err())
        .isEqualTo(
            "dlm-spark: unknown setting generation.stepz (--set generation.stepz): did you mean"
                + " generation.steps?\n");
    assertThat(out()).isEmpty();
  }

  @Test
  void optionsBeatSet() {
    assertThat(execute(runArgs("--set", "input.path=elsewhere", "--dry-run"))).isEqualTo(2);
    assertThat(err())
        .isEqualTo(
            "dlm-spark: input.path = "
                + folder.resolve("in.json")
                + " does not exist: check the path; a relative one begins in the folder where the job was started\n");
  }

  @Test
  void aMissingModelIsRefused() {
    assertThat(execute("--input=i", "--output=o", "--model=/no/model")).isEqualTo(2);
    assertThat(err()).startsWith("dlm-spark: ").contains("/no/model");
  }

  @Test
  void aMissingMasterIsRefused() {
    System.clearProperty(MASTER);
    assertThat(execute(runArgs())).isEqualTo(2);
    assertThat(err())
        .isEqualTo(
            "dlm-spark: no Spark master is set: start the job with submit.sh or spark-submit, for"
                + " example with --master 'local[*]'\n");
  }

  @Test
  void refusedInputEndsWithOneLineAndNoSession() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\"}", "{\"id\": 1, \"prompt\": \"b\"}");
    assertThat(execute(runArgs())).isEqualTo(2);
    assertThat(err())
        .isEqualTo(
            "dlm-spark: input.id-column = id is not unique: ids that occur more than once: 1, such as 1"
                + " (2 rows): give every row an id of its own, or set input.id-column = null to take a hash of the prompt\n");
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(sparkRuns()).isFalse();
  }

  @Test
  void dryRunPrintsThePlanAndCreatesNothing() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\"}", "{\"id\": 2, \"prompt\": \"b\"}");
    assertThat(execute(runArgs("--dry-run"))).isZero();
    assertThat(out())
        .startsWith("Plan\n  model ")
        .contains("llada, 728 parameters stored as float32, context 64 tokens")
        .contains(": 2 rows of json\n")
        .contains("device            CPU, since Spark assigns no GPU\n")
        .contains("work              2 rows to do\n")
        .contains("waves             1, committed when it is done\n")
        .endsWith("Dry run: everything was checked, nothing was decoded, nothing was written.\n");
    assertThat(err()).isEmpty();
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(sparkRuns()).isFalse();
  }

  @Test
  void writesRowsAndPrintsASummary() throws IOException {
    input(
        "{\"id\": \"r1\", \"prompt\": \"abc\", \"answer\": \"3\"}",
        "{\"id\": \"r2\", \"prompt\": \"abcd\", \"answer\": \"working #### 4\"}",
        "{\"id\": \"r3\", \"prompt\": \"abcdefg\", \"answer\": \"9\"}",
        "{\"id\": \"r4\", \"prompt\": \"ab\", \"answer\": null}",
        "{\"id\": \"r5\", \"prompt\": \"\", \"answer\": \"0\"}");
    assertThat(execute(runArgs("--set=job.partitions=3", "--set=check.answer-column=answer")))
        .isZero();
    assertThat(err()).isEmpty();
    assertThat(out())
        .contains("Generating\n  model ")
        .contains(": 5 rows of json\n")
        .containsPattern("Done in \\d+\\.\\d s\n  output            \\S+/out\n")
        .contains("  rows              5 in the output: 1 error, 1 length, 3 stop\n")
        .contains("                    1 PROMPT_EMPTY, such as: the prompt is empty\n")
        .contains("  this run          5 of them, 1 with an error; the figures down to the")
        .contains("  tokens            12 generated from 28 of prompts\n")
        .containsPattern("  speed             \\d+\\.\\d tokens a second\n")
        .contains("  positions         400 computed, 1,600 without a cache: 4.00 times fewer\n")
        .contains("  steps             4.0 a row\n")
        .containsPattern("  decoder busy      \\d+\\.\\d% of the time of [12] executors?\n")
        .containsPattern("  slots occupied    \\d+\\.\\d% of 16 while it decoded")
        .contains("  slowest rows      r3: 70 ms for 3 tokens\n")
        .contains("                    r2: 40 ms for 3 tokens\n")
        .contains("                    r1: 30 ms for 3 tokens\n")
        .contains("  answers right     2 of 4 in the output (50.0%)\n")
        .endsWith("  report            " + folder.resolve("out/_dlm-spark/report.html") + "\n");
    assertThat(sparkRuns()).isFalse();

    List<Row> rows = output();
    assertThat(rows).hasSize(5);
    List<String> columns = new ArrayList<>(List.of("answer", "id", "prompt"));
    columns.addAll(OutputSchema.COLUMNS);
    assertThat(rows.get(0).schema().fieldNames()).containsExactlyElementsOf(columns);
    assertThat(rows)
        .extracting(row -> row.<String>getAs("completion"))
        .containsExactlyInAnyOrder("#### 3", "#### 4", "#### 7", "#### 2", null);
    try (var files = Files.list(folder.resolve("out"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".parquet")).count())
          .isBetween(2L, 3L);
    }
  }

  @Test
  void moreErrorsThanAreAllowedAreAnExitCode() throws IOException {
    input(
        "{\"id\": 1, \"prompt\": \"a\"}",
        "{\"id\": 2, \"prompt\": \"\"}",
        "{\"id\": 3, \"prompt\": \"c\"}",
        "{\"id\": 4, \"prompt\": \"d\"}");
    String[] strict = runArgs("--set=job.fail-on-errors=0.2");
    assertThat(execute(strict)).isEqualTo(3);
    assertThat(folder.resolve("out/_SUCCESS")).exists();
    // The second try finds nothing to do, and is no better.
    assertThat(execute(strict)).isEqualTo(3);
    assertThat(err().lines())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("dlm-spark: 1 of this run's 4 rows (25.0%) have an error, more"),
            second ->
                assertThat(second)
                    .startsWith("dlm-spark: 1 of the output's 4 rows (25.0%) have an error, more"));
    assertThat(execute(runArgs("--set=job.fail-on-errors=0.25"))).isZero();
    assertThat(execute(runArgs())).isZero();
    input("{\"id\": 2, \"prompt\": \"b\"}");
    assertThat(execute(runArgs("--set=output.mode=retry-failed", "--set=job.fail-on-errors=0")))
        .isZero();
    assertThat(execute(strict)).isZero();
    assertThat(output()).hasSize(4);
  }

  @Test
  void namesRowsByAHashOfThePrompt() throws IOException {
    input("{\"prompt\": \"hello\"}", "{\"prompt\": \"b\"}");
    assertThat(execute(runArgs("--set=input.id-column=null"))).isZero();
    assertThat(out()).contains("2cf24dba5fb0a30e26e83b2ac5b9e29e: 50 ms for 3 tokens");
  }

  @Test
  void anEmptyInputGivesAnEmptyOutputWithAllColumns() throws IOException {
    Files.writeString(folder.resolve("in.csv"), "id,prompt\n");
    assertThat(
            execute(
                "--input=" + folder.resolve("in.csv"),
                "--output=" + folder.resolve("out"),
                "--model=" + TinyModel.write(folder.resolve("model")),
                "--set=input.format=csv",
                "--set=input.options.header=true",
                "--set=generation.gen-length=32"))
        .isZero();
    assertThat(out()).endsWith("/out\n  rows              none: the input is empty\n");
    SparkSession spark = SparkSession.builder().getOrCreate();
    try {
      String[] columns =
          spark.read().parquet(folder.resolve("out").toString()).schema().fieldNames();
      assertThat(columns).hasSize(2 + OutputSchema.COLUMNS.size()).startsWith("id", "prompt");
    } finally {
      spark.stop();
    }
  }

  @Test
  void existingOutputIsRefusedUnlessItIsToBeReplaced() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\"}");
    assertThat(execute(runArgs("--set=output.mode=error-if-exists"))).isZero();
    assertThat(execute(runArgs("--set=output.mode=error-if-exists"))).isEqualTo(2);
    assertThat(err()).contains(" exists: choose another, or replace it");
    input("{\"id\": 2, \"prompt\": \"b\"}", "{\"id\": 3, \"prompt\": \"c\"}");
    assertThat(execute(runArgs("--set=output.mode=overwrite"))).isZero();
    assertThat(output()).extracting(row -> row.<Long>getAs("id")).containsExactlyInAnyOrder(2L, 3L);
  }

  @Test
  void aFailureWhileRunningSaysWhyInOneLine() throws IOException {
    input("{\"id\": 1, \"prompt\": \"fail\"}");
    assertThat(execute(runArgs())).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            "dlm-spark: failed: the fake decoder broke on purpose (the log has the trace)\n");
    // So that the same command can be given again.
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(sparkRuns()).isFalse();
  }
}
