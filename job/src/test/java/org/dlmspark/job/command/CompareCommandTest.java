package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.fixtures.FakeGenerator;
import org.dlmspark.job.fixtures.TinyModel;
import org.dlmspark.job.run.RowGenerator;
import org.dlmspark.udf.GenerateSettings;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CompareCommandTest {

  private static final String GRID =
      """
      settings = [
        { name = "decode 8", cache.policy = decode }
        { name = "none", cache.policy = none }
      ]
      """;

  @TempDir Path folder;

  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();

  private RowGenerator generator = FakeGenerator::new;

  /** As spark-submit does it. */
  @BeforeEach
  void setSparkProperties() {
    System.setProperty("spark.master", "local[2]");
    System.setProperty("spark.ui.enabled", "false");
    System.setProperty("spark.sql.shuffle.partitions", "2");
  }

  @AfterEach
  void clearSparkProperties() {
    System.clearProperty("spark.master");
    System.clearProperty("spark.ui.enabled");
    System.clearProperty("spark.sql.shuffle.partitions");
  }

  private int execute(String... args) {
    Console console =
        new Console(
            new PrintStream(outBytes, true, StandardCharsets.UTF_8),
            new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    return DlmSparkCommand.execute(console, generator, args);
  }

  private int compare(String grid, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "compare",
                "--input=" + folder.resolve("in.json"),
                "--output=" + folder.resolve("out"),
                "--model=" + TinyModel.write(folder.resolve("model")),
                "--grid=" + Files.writeString(folder.resolve("grid.conf"), grid),
                "--set=input.format=json",
                "--set=generation.gen-length=32"));
    args.addAll(List.of(more));
    return execute(args.toArray(String[]::new));
  }

  private String out() {
    return outBytes.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return errBytes.toString(StandardCharsets.UTF_8);
  }

  private void input(String... jsonLines) throws IOException {
    Files.write(folder.resolve("in.json"), List.of(jsonLines));
  }

  private List<Row> read(String name) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    try {
      return spark.read().parquet(folder.resolve("out").resolve(name).toString()).collectAsList();
    } finally {
      spark.stop();
    }
  }

  @Test
  void helpHasAnExample() {
    assertThat(execute("compare", "--help")).isZero();
    assertThat(out())
        .contains("--limit=ROWS", "--grid=FILE", "--answer-column=NAME", "--config=FILE")
        .contains("./submit.sh compare --model");
  }

  @Test
  void theMainCommandsHelpNamesCompare() {
    assertThat(execute("--help")).isZero();
    assertThat(out()).containsPattern("compare +Runs the same prompts through several settings");
  }

  @Test
  void comparesAndWritesTheTable() throws IOException {
    input(
        "{\"id\": 1, \"prompt\": \"abc\", \"answer\": \"3\"}",
        "{\"id\": 2, \"prompt\": \"abcd\", \"answer\": \"5\"}",
        "{\"id\": 3, \"prompt\": \"\", \"answer\": \"0\"}");
    assertThat(compare(GRID, "--answer-column=answer", "--answer-pattern=[#]+ (\\d+)")).isZero();
    assertThat(err()).isEmpty();
    assertThat(out())
        .contains("Comparing\n  model ")
        .contains(": 3 of 3 rows in 1 task\n")
        .contains("2 settings of --grid ", "; the baseline is none\n")
        // 6 tokens in 70 ms, 200 positions for two rows; one of three answers.
        .contains(
            "none         600.0    1.00x          200      100     4.0     100.0%       100.0%  "
                + " 33.3%       1\n")
        .contains("  errors            in none, such as PROMPT_EMPTY: the prompt is empty\n");
    assertThat(out().indexOf("\nnone ")).isLessThan(out().indexOf("\ndecode 8 "));
    assertThat(Files.readString(folder.resolve("out/compare.md")))
        .contains("| none | 600.0 | 1.00x |", "- decoded on: cpu, by ");
    List<Row> table = read("compare.parquet");
    assertThat(table)
        .extracting(row -> row.<String>getAs("setting"))
        .containsExactly("none", "decode 8");
    assertThat(table).extracting(row -> row.<Double>getAs("same_text")).containsOnly(1.0);
    assertThat(read("rows"))
        .extracting(row -> row.getAs("setting") + " " + row.<Long>getAs("id"))
        .containsExactlyInAnyOrder(
            "none 1", "none 2", "none 3", "decode 8 1", "decode 8 2", "decode 8 3");
  }

  @Test
  void moreErrorsThanAreAllowedAreAnExitCode() throws IOException {
    input("{\"id\": 1, \"prompt\": \"abc\"}", "{\"id\": 2, \"prompt\": \"\"}");
    assertThat(compare(GRID, "--set=job.fail-on-errors=0.4")).isEqualTo(3);
    assertThat(err().lines())
        .satisfiesExactly(
            none ->
                assertThat(none)
                    .startsWith("dlm-spark: 1 of setting \"none\"'s 2 rows (50.0%) have an error"),
            decode -> assertThat(decode).contains("1 of setting \"decode 8\"'s 2 rows"));
    assertThat(folder.resolve("out/compare.parquet")).exists();
  }

  @Test
  void theRowsAreTheSameHoweverTheInputIsCut() throws IOException {
    List<String> lines =
        IntStream.range(0, 40).mapToObj(i -> "{\"id\": " + i + ", \"prompt\": \"a\"}").toList();
    input(lines.toArray(String[]::new));
    assertThat(compare(GRID, "--limit=5")).isZero();
    assertThat(out()).contains(": 5 of 40 rows in 1 task\n");
    List<Row> rows = read("rows");
    Set<Object> ids = rows.stream().map(row -> row.getAs("id")).collect(Collectors.toSet());
    assertThat(rows).hasSize(10);
    assertThat(ids).hasSize(5);

    List<String> reversed = new ArrayList<>(lines);
    Collections.reverse(reversed);
    input(reversed.toArray(String[]::new));
    assertThat(compare(GRID, "--limit=5", "--set=output.mode=overwrite")).isZero();
    assertThat(read("rows").stream().map(row -> row.getAs("id")).collect(Collectors.toSet()))
        .isEqualTo(ids);
  }

  @Test
  void dryRunShowsTheSettingsAndWritesNothing() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\"}");
    assertThat(compare(GRID, "--dry-run")).isZero();
    assertThat(out())
        .startsWith("Plan\n  model ")
        .contains("; the baseline is none\n                    none: cache.policy = none\n")
        .contains("  decode 8: cache.policy = decode\n")
        .endsWith(DlmSparkCommand.DRY_RUN + "\n");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void refusesWhatAJobWrote() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\"}");
    Files.createDirectories(folder.resolve("out"));
    Files.writeString(folder.resolve("out/part-00000.parquet"), "");
    assertThat(compare(GRID, "--set=output.mode=overwrite")).isEqualTo(2);
    assertThat(err())
        .contains(
            "/out holds part-00000.parquet, and nothing there says that this program wrote it");
    assertThat(folder.resolve("out/part-00000.parquet")).exists();
  }

  @Test
  void refusesASettingThatDoesNotFitTheModel() throws IOException {
    assertThat(compare("settings = [{ name = long, generation.gen-length = 64 }]")).isEqualTo(2);
    assertThat(err())
        .contains("grid.conf, setting \"long\": generation.gen-length = 64 leaves no room");
  }

  @Test
  void refusesAMissingOutput() {
    assertThat(execute("compare", "--input=i", "--model=m")).isEqualTo(2);
    assertThat(err())
        .isEqualTo(
            "dlm-spark: output.path is not set: name the folder to write with --output FOLDER\n");
  }

  @Test
  void refusesOptionsBeforeTheCommand() {
    assertThat(execute("--input=i", "compare")).isEqualTo(2);
    assertThat(err()).contains("options of compare stand behind it: compare --config FILE");
  }

  @Test
  void refusesANegativeLimit() throws IOException {
    assertThat(compare(GRID, "--limit=-1")).isEqualTo(2);
    assertThat(err()).contains("--limit -1: must be a number of rows, or 0 for all");
  }

  @Test
  void refusesAnInputWithoutRows() throws IOException {
    Files.writeString(folder.resolve("in.json"), "id,prompt\n");
    assertThat(compare(GRID, "--set=input.format=csv", "--set=input.options.header=true"))
        .isEqualTo(2);
    assertThat(err()).contains("in.json has no rows: there is nothing to compare");
  }

  @Test
  void refusesAColumnThatIsInTheWay() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\", \"Setting\": 1}");
    assertThat(compare(GRID)).isEqualTo(2);
    assertThat(err()).contains("the input has a column setting");
  }

  @Test
  void everySettingDecodesTheRowsAfterAWarmUpThatIsNotWritten() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\", \"gen_length\": 8, \"cache_policy\": \"dual\"}");
    List<GenerateSettings> asked = new ArrayList<>();
    generator =
        (schema, carried, settings, counts) -> {
          asked.add(settings);
          return new FakeGenerator(schema, carried, settings, counts);
        };
    assertThat(compare(GRID)).isZero();
    assertThat(asked)
        .extracting(settings -> settings.generation().cache().policy())
        .containsExactly(CachePolicyName.NONE, CachePolicyName.NONE, CachePolicyName.DECODE);
    // A column has no say in what the grid varies, else the settings would not be what they are
    // called.
    assertThat(asked)
        .allSatisfy(
            settings -> assertThat(settings.rowKeys()).containsExactly(GenerationKey.GEN_LENGTH));
    assertThat(read("rows")).hasSize(2);
  }

  @Test
  void aFailureLeavesTheRowsOfTheSettingsThatAreDone() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\"}");
    generator =
        (schema, carried, settings, counts) ->
            settings.generation().cache().policy() == CachePolicyName.NONE
                ? new FakeGenerator(schema, carried, settings, counts)
                : rows -> {
                  throw new IllegalStateException("broke at the second");
                };
    assertThat(compare(GRID)).isEqualTo(1);
    assertThat(err())
        .contains("the rows of the settings that are done stay in ")
        .contains("failed: broke at the second");
    assertThat(out()).contains("\nnone ").doesNotContain("Done");
    assertThat(read("rows/setting=none")).hasSize(1);
  }

  @Test
  void aFailureInTheFirstSettingLeavesNoFolder() throws IOException {
    input("{\"id\": 1, \"prompt\": \"a\"}");
    AtomicInteger calls = new AtomicInteger();
    generator =
        (schema, carried, settings, counts) ->
            calls.getAndIncrement() == 0
                ? new FakeGenerator(schema, carried, settings, counts)
                : rows -> {
                  throw new IllegalStateException("broke at the first");
                };
    assertThat(compare(GRID)).isEqualTo(1);
    assertThat(calls).hasValue(2);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aFailureInTheWarmUpLeavesNoFolder() throws IOException {
    input("{\"id\": 1, \"prompt\": \"fail\"}");
    assertThat(compare(GRID)).isEqualTo(1);
    assertThat(err()).contains("failed: the fake decoder broke on purpose");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
