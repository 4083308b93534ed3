package org.dlmspark.job.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.dlmspark.job.Console;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.fixtures.FakeGenerator;
import org.dlmspark.job.fixtures.TinyModel;
import org.dlmspark.job.input.InputCheck;
import org.dlmspark.job.input.ModelCheck;
import org.dlmspark.job.output.Manifest;
import org.dlmspark.job.output.OutputCheck;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.run.Sessions;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import org.dlmspark.job.settings.SettingsSources;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every refusal has in common, whatever its words, which other tests hold: it is one line that
 * names the setting, option or file, holds the value, and says what to do.
 */
class ErrorCatalogueTest {

  private static final Pattern REMEDY =
      Pattern.compile(
          "\\b(set|choose|name|give|remove|rename|lower|raise|check|write|wait|restore|replace"
              + "|leave|shorten|start|download|fetch|continue|see --help|correct|use|take|must be|must have|did you mean|is for)\\b");

  @TempDir static Path folder;

  private static SparkSession spark;
  private static Path model;

  @BeforeAll
  static void start() {
    System.setProperty("spark.master", "local[1]"); // as spark-submit does it
    spark =
        SparkSession.builder()
            .master("local[1]")
            .appName("ErrorCatalogueTest")
            .config("spark.ui.enabled", "false")
            .config(new HashMap<>(Sessions.QUERIES))
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate();
    model = TinyModel.write(folder.resolve("model"));
    table("in", "select * from values (1, 'a') as t(id, prompt)");
  }

  @AfterAll
  static void stop() {
    System.clearProperty("spark.master");
    spark.stop();
  }

  private static void table(String name, String sql) {
    spark.sql(sql).write().parquet(folder.resolve(name).toString());
  }

  private static void assertTells(String message, String name, String value) {
    assertThat(message.strip()).contains(name).contains(value).doesNotContain("\n");
    assertThat(REMEDY.matcher(message).find()).as("a remedy in: %s", message).isTrue();
  }

  // --- settings ---------------------------------------------------------------------------------

  private static JobSettings settings(String... overrides) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "input.path=" + folder.resolve("in"),
                "output.path=" + folder.resolve("out"),
                "model.path=" + model,
                "generation.gen-length=32"));
    all.addAll(List.of(overrides));
    return SettingsReader.read(null, all);
  }

  private static String refused(Runnable step) {
    RefusedException refused = catchThrowableOfType(RefusedException.class, step::run);
    assertThat(refused).isNotNull();
    return refused.getMessage();
  }

  /** Each setting there is, given what it cannot be. */
  @TestFactory
  Stream<DynamicTest> everySetting() {
    return SettingsSources.leaves(SettingsSources.reference()).keySet().stream()
        .map(
            key ->
                dynamicTest(
                    key,
                    () -> {
                      String wrong = key.equals("input.options") ? "5" : "[[1]]";
                      assertTells(refused(() -> settings(key + "=" + wrong)), key, wrong);
                    }));
  }

  // --- input ------------------------------------------------------------------------------------

  private static DynamicTest input(String name, String value, String sql, String... overrides) {
    return dynamicTest(
        name + " = " + value,
        () -> {
          String path = "in-" + (name + value + sql).hashCode();
          if (sql != null) {
            table(path, sql);
          }
          List<String> all = new ArrayList<>(List.of("input.path=" + folder.resolve(path)));
          all.addAll(List.of(overrides));
          JobSettings settings = settings(all.toArray(String[]::new));
          assertTells(refused(() -> InputCheck.check(spark, settings)), name, value);
        });
  }

  @TestFactory
  Stream<DynamicTest> everyInput() {
    String good = "select * from values (1, 'a') as t(id, prompt)";
    return Stream.of(
        input("input.path", "in-", null),
        input("input.format", "paquet", good, "input.format=paquet"),
        input("input.prompt-column", "promt", good, "input.prompt-column=promt"),
        input("input.prompt-column", "int", "select 1 as id, 5 as prompt"),
        input("input.id-column", "name", good, "input.id-column=name"),
        input("input.id-column", "array", "select array(1) as id, 'a' as prompt"),
        input(
            "input.id-column",
            "1 of 2",
            "select * from values (1, 'a'), (null, 'b') t(id, prompt)"),
        input(
            "input.id-column",
            "7 (2 rows)",
            "select * from values (7, 'a'), (7, 'b') t(id, prompt)"),
        input("input.id-column", "null", good, "input.id-column=null"),
        input(
            "input.id-column",
            "(2 rows)",
            "select * from values ('a'), ('a') as t(prompt)",
            "input.id-column=null"),
        input("input.template", "colour", good, "input.template=\"{colour}\""),
        input("input.messages-column", "string", good, "input.messages-column=prompt"),
        input("input.samples-per-prompt", "3", good, "input.samples-per-prompt=3"),
        input(
            "input.samples-per-prompt",
            "sample",
            "select 1 as id, 'a' as prompt, 1 as sample",
            "input.samples-per-prompt=3",
            "generation.temperature=1"),
        input("input.dedupe", "true", good, "input.dedupe=true", "generation.temperature=1"),
        input("check.answer-column", "answer", good, "check.answer-column=answer"),
        input("column", "completion", "select 1 as id, 'a' as prompt, 'b' as completion"),
        input("generation.steps", "array", "select 1 as id, 'a' as prompt, array(1) as steps"),
        input(
            "input.few-shot", "none.jsonl", good, "input.few-shot=" + folder.resolve("none.jsonl")),
        input("input.few-shot", "shots", good, "input.few-shot=" + write("shots.jsonl", "")),
        input("input.few-shot", "line 1", good, "input.few-shot=" + write("bad.jsonl", "{")));
  }

  private static Path write(String name, String content) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- model ------------------------------------------------------------------------------------

  private static DynamicTest model(String name, String value, Path folder, String... overrides) {
    return dynamicTest(
        name + " = " + value,
        () -> {
          List<String> all = new ArrayList<>(List.of("model.path=" + folder));
          all.addAll(List.of(overrides));
          JobSettings settings = settings(all.toArray(String[]::new));
          assertTells(refused(() -> ModelCheck.check(settings)), name, value);
        });
  }

  /** A copy of the model in which a file is another, or absent. */
  private static Path without(String file, String content) {
    Path copy = TinyModel.write(folder.resolve("model-" + (file + content).hashCode()));
    try {
      Files.delete(copy.resolve(file));
      return content == null ? copy : Files.writeString(copy.resolve(file), content).getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyModel() {
    return Stream.of(
        model("model.path", "/no/model", Path.of("/no/model")),
        model("config.json", "model-", without("config.json", null)),
        model("config.json", "model-", without("config.json", "{")),
        model("model_type", "gpt2", without("config.json", "{\"model_type\": \"gpt2\"}")),
        model("safetensors", "model-", without("model.safetensors", null)),
        model("model.safetensors", "model-", without("model.safetensors", "no weights")),
        model("tokenizer.json", "model-", without("tokenizer.json", null)),
        model("tokenizer.json", "model-", without("tokenizer.json", "{}")),
        model("input.chat", "false", TinyModel.write(folder.resolve("base"), false)),
        model("generation.gen-length", "64", model, "generation.gen-length=64"),
        model("batch.max-tokens", "20", model, "batch.max-tokens=20"));
  }

  // --- output -----------------------------------------------------------------------------------

  private static DynamicTest output(String name, Path path, String... overrides) {
    return dynamicTest(
        path.getFileName() + " " + List.of(overrides),
        () -> {
          List<String> all = new ArrayList<>(List.of("output.path=" + path));
          all.addAll(List.of(overrides));
          JobSettings settings = settings(all.toArray(String[]::new));
          assertTells(
              refused(() -> OutputCheck.check(settings, new Configuration(), OutputCheck.TABLE)),
              name,
              path.toString());
        });
  }

  @TestFactory
  Stream<DynamicTest> everyOutput() {
    Path full = write("full/thesis.txt", "x").getParent();
    return Stream.of(
        output("output.path", folder.resolve("a*")),
        output("output.path", folder.resolve("in")),
        output("output.path", folder),
        output("output.path", folder.resolve("in/out")),
        output("output.path", full, "output.mode=error-if-exists"),
        output("output.path", full, "output.mode=overwrite"),
        output("output.path", write("file", "x")),
        output("output.path", Path.of("nosuch:/host/out")));
  }

  private static DynamicTest manifest(String value, String content) {
    return dynamicTest(
        value,
        () -> {
          String output = folder.resolve("noted" + content.hashCode()).toString();
          OutputFolder noted = new OutputFolder(output, new Configuration());
          write("noted" + content.hashCode() + "/_dlm-spark/manifest.json", content);
          assertTells(
              refused(
                  () -> {
                    try {
                      Manifest.read(noted);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }),
              output + "/_dlm-spark/manifest.json",
              value);
        });
  }

  @TestFactory
  Stream<DynamicTest> everyManifest() {
    return Stream.of(
        manifest("damaged", "{"), manifest("99", "{\"format\": 99, \"owner\": \"you\"}"));
  }

  // --- the command line -------------------------------------------------------------------------

  private static DynamicTest command(String name, String value, String... args) {
    return dynamicTest(
        String.join(" ", args),
        () -> {
          ByteArrayOutputStream err = new ByteArrayOutputStream();
          int exitCode =
              DlmSparkCommand.execute(
                  new Console(
                      new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                      new PrintStream(err, true, StandardCharsets.UTF_8)),
                  FakeGenerator::new,
                  args);
          assertThat(exitCode).isEqualTo(DlmSparkCommand.REFUSED);
          String message = err.toString(StandardCharsets.UTF_8);
          assertThat(message).startsWith("dlm-spark: ");
          assertTells(message, name, value);
        });
  }

  @TestFactory
  Stream<DynamicTest> everyCommandLine() {
    String job = "--set=model.path=" + model;
    String grid = write("grid.conf", "settings = [{name = a, cach = 5}]").toString();
    return Stream.of(
        command("--inptu", "--input", "--inptu", "x"),
        command("--yarn", "spark-submit", "--yarn"),
        command("--config", "/no/file", "--config=/no/file"),
        command("--config", "broken.conf", "--config=" + write("broken.conf", "a = ")),
        command("--set", "steps", "--set=steps"),
        command("generation.stepz", "generation.steps", "--set=generation.stepz=64"),
        command("input.path", "--input", "--output=o", job),
        command("output.path", "--output", "--input=i", job),
        command("model.path", "--model", "--input=i", "--output=o"),
        command(
            "output.table",
            "iceberg",
            "--input=i",
            "--output=o",
            job,
            "--set=output.format=iceberg"),
        command("--output", "FOLDER", "report"),
        command("/no/output", "manifest.json", "report", "--output=/no/output"),
        command("--model", "FOLDER", "inspect"),
        command("/no/model", "/no/model", "inspect", "--model=/no/model"),
        command("--batch", "0", "inspect", "--model=" + model, "--batch=0"),
        command("--batch", "many", "inspect", "--model=" + model, "--batch=many"),
        command("--limit", "-1", "compare", "--limit=-1", "--input=i", "--output=o", job),
        command("grid.conf", "cach", "compare", "--grid=" + grid, "--input=i", "--output=o", job),
        command("--prompts", "0", "bench", "--model=" + model, "--prompts=0"),
        command("--policies", "fast", "bench", "--model=" + model, "--policies=fast"));
  }
}
