package org.dlmspark.job.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.job.settings.SettingsReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputCheckTest {

  @TempDir Path folder;
  private Path input;
  private Path output;

  @BeforeEach
  void writeInput() throws IOException {
    input = Files.createDirectories(folder.resolve("data").resolve("in"));
    Files.writeString(input.resolve("a.parquet"), "x");
    output = folder.resolve("out");
  }

  private static JobSettings settings(String input, Path output, String mode, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "input.path=" + ConfigUtil.quoteString(input),
                "output.path=" + ConfigUtil.quoteString(output.toString()),
                "model.path=model",
                "output.mode=" + mode));
    all.addAll(List.of(more));
    return SettingsReader.read(null, all);
  }

  private static void check(String input, Path output, String mode, String... more) {
    OutputCheck.check(settings(input, output, mode, more), new Configuration(), OutputCheck.TABLE);
  }

  private static void assertRefused(String input, Path output, String mode, String message) {
    assertThatThrownBy(() -> check(input, output, mode))
        .isInstanceOf(RefusedException.class)
        .hasMessage(message);
  }

  @Test
  void acceptsAFolderThatIsNotThereAndCreatesNothing() {
    assertThatCode(() -> check(input.toString(), output, "error-if-exists"))
        .doesNotThrowAnyException();
    assertThat(output).doesNotExist();
  }

  @Test
  void refusesAnOutputThatExists() throws IOException {
    Files.createDirectories(output);
    assertRefused(
        input.toString(),
        output,
        "error-if-exists",
        "output.path = "
            + output
            + " exists: choose another, or replace it with --set output.mode=overwrite");
  }

  /** A file as a run writes it, as far as it is looked at. */
  private static void writeRows(Path file, String... runs) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message rows { optional group origin { optional binary run_id (UTF8); } }");
    Files.createDirectories(file.getParent());
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
            .withType(schema)
            .build()) {
      for (String run : runs) {
        Group row = new SimpleGroup(schema);
        row.addGroup("origin").append("run_id", run);
        writer.write(row);
      }
    }
  }

  private static void writeManifest(Path output, String... runs) throws IOException {
    Manifest manifest = Manifest.of(new Fingerprint(Map.of(), Map.of(), Map.of()));
    for (String run : runs) {
      manifest =
          manifest.with(
              new Manifest.Run(run, "0.1.0", "", "", "done", 1, 1, Map.of(), 0, 0, 0, Map.of()));
    }
    manifest.write(new OutputFolder(output.toString(), new Configuration()));
  }

  private void assertForeign(String name, String why) {
    assertRefused(
        input.toString(),
        output,
        "overwrite",
        "output.path = "
            + output
            + " holds "
            + name
            + ", "
            + why
            + ": output.mode = overwrite replaces only its own output; choose another folder or"
            + " empty it yourself");
  }

  private static final String NO_RUNS =
      "and nothing there says that this program wrote it (_dlm-spark/manifest.json)";
  private static final String OTHER_RUN =
      "which none of the runs in its _dlm-spark/manifest.json wrote";

  @Test
  void overwritesWhatAJobWrote() throws IOException {
    Files.createDirectories(output);
    assertThatCode(() -> check(input.toString(), output, "overwrite")).doesNotThrowAnyException();
    writeManifest(output, "run-1", "run-2");
    assertThatCode(() -> check(input.toString(), output, "overwrite")).doesNotThrowAnyException();
    Files.writeString(output.resolve("_SUCCESS"), "");
    Files.writeString(output.resolve("._SUCCESS.crc"), "");
    writeRows(output.resolve("part-00000-x.snappy.parquet"), "run-1");
    writeRows(output.resolve("part-00001-x.snappy.parquet"), "run-2", "run-1");
    writeRows(output.resolve("part-00002-x.snappy.parquet"));
    assertThatCode(() -> check(input.toString(), output, "overwrite")).doesNotThrowAnyException();
    OutputFolder folder = new OutputFolder(output.toString(), new Configuration());
    folder.replace(OutputFolder.REPORT, new byte[0]);
    new OwnFiles(folder).removeAll(OutputCheck.TABLE);
    assertThat(output.toFile().list()).containsExactly("_dlm-spark");
    assertThat(folder.read(OutputFolder.REPORT)).isNull();
  }

  @Test
  void refusesToOverwriteWhatNothingSaysToBeOurs() throws IOException {
    writeRows(output.resolve("part-00000-x.snappy.parquet"), "run-1");
    assertForeign("part-00000-x.snappy.parquet", NO_RUNS);
    Files.delete(output.resolve("part-00000-x.snappy.parquet"));
    for (String name : List.of("_delta_log", "metadata", ".git", "_temporary", "a.txt")) {
      Files.createDirectories(output.resolve(name));
      assertForeign(name, NO_RUNS);
      Files.delete(output.resolve(name));
    }
  }

  @Test
  void refusesToOverwriteForeignFilesBesideItsOwn() throws IOException {
    writeManifest(output, "run-1");
    writeRows(output.resolve("part-00000-x.snappy.parquet"), "run-1");
    for (String name : List.of("_delta_log", "metadata", ".git", "thesis.txt", "day=1")) {
      Path foreign = Files.createDirectories(output.resolve(name));
      if (name.startsWith(".") || name.startsWith("_")) {
        check(input.toString(), output, "resume");
      }
      assertForeign(name, "which this command does not write");
      Files.delete(foreign);
    }
    Path foreign = output.resolve("part-00000-y.snappy.parquet");
    for (String content : List.of("", "PAR1", "no rows of anyone")) {
      Files.writeString(foreign, content);
      assertForeign(foreign.getFileName().toString(), OTHER_RUN);
    }
    Files.delete(foreign);
    writeRows(foreign, "run-9");
    assertForeign(foreign.getFileName().toString(), OTHER_RUN);
    Files.delete(foreign);
    writeRows(foreign, "run-1", "run-9");
    assertForeign(foreign.getFileName().toString(), OTHER_RUN);
    Files.delete(foreign);
    Path far = folder.resolve("far.parquet");
    writeRows(far, "run-1");
    Files.createSymbolicLink(foreign, far);
    assertForeign(foreign.getFileName().toString(), "which is a link, and this program makes none");
    assertThat(far).exists();
    assertThat(output.resolve("part-00000-x.snappy.parquet")).exists();
  }

  @Test
  void aDamagedManifestSaysNothing() throws IOException {
    writeRows(output.resolve("part-00000-x.snappy.parquet"), "run-1");
    Files.createDirectories(output.resolve("_dlm-spark"));
    Files.writeString(output.resolve("_dlm-spark/manifest.json"), "{");
    assertThatThrownBy(() -> check(input.toString(), output, "overwrite"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("manifest.json is damaged: ");
    assertThat(output.resolve("part-00000-x.snappy.parquet")).exists();
  }

  @Test
  void aManifestThatNamesOtherFilesLeadsNowhere() throws IOException {
    writeManifest(output, "run-1");
    writeRows(output.resolve("part-00000-x.parquet"), "run-9");
    Path outside = folder.resolve("part-outside.parquet");
    writeRows(outside, "run-1");
    OutputFolder own = new OutputFolder(output.toString(), new Configuration());
    new OwnFiles(own)
        .remove(
            List.of(
                "../part-outside.parquet",
                outside.toString(),
                "part-x/../../part-outside.parquet"));
    assertThat(outside).exists();
    assertThatThrownBy(() -> new OwnFiles(own).remove(List.of("part-00000-x.parquet")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("which would have to be replaced, but none of the runs in ");
    assertThat(output.resolve("part-00000-x.parquet")).exists();
    Removal removal =
        new Removal(
            org.apache.hadoop.fs.FileSystem.getLocal(new Configuration()),
            new org.apache.hadoop.fs.Path("file://" + output));
    assertThatThrownBy(() -> removal.file(new org.apache.hadoop.fs.Path(outside.toUri())))
        .hasMessageContaining("it is left alone");
    assertThatThrownBy(
            () ->
                removal.uncommitted(
                    new org.apache.hadoop.fs.Path("file://" + output + "/part-00000-x.parquet")))
        .hasMessageContaining("may be committed");
  }

  @Test
  void refusesToOverwriteAFile() throws IOException {
    Files.writeString(output, "");
    assertRefused(
        input.toString(),
        output,
        "overwrite",
        "output.path = " + output + " is a file: name the folder that the job is to write");
  }

  @Test
  void refusesToOverwriteTheInputOrAFolderAboveIt() {
    for (Path above : List.of(input, input.getParent(), input.resolve(".."))) {
      assertRefused(
          input.toString(),
          above,
          "overwrite",
          "output.path = "
              + above
              + " is or holds input.path = "
              + input
              + ": writing there would destroy the prompts; choose another folder");
    }
  }

  /** Both ways about: the output by another name, and the input. */
  @Test
  void seesThroughLinks() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), input);
    Path above = Files.createSymbolicLink(folder.resolve("above"), input.getParent());
    Files.createDirectories(folder.resolve("x"));
    Path relative =
        Files.createSymbolicLink(folder.resolve("x").resolve("relative"), Path.of("../link"));
    for (Path written : List.of(link, above, above.resolve("in"), relative)) {
      for (String mode : List.of("overwrite", "resume", "error-if-exists")) {
        assertRefused(input.toString(), written, mode, destroys(written, input));
      }
    }
    for (Path read : List.of(link, above.resolve("in"), relative, input.resolve("a.parquet"))) {
      assertRefused(read.toString(), input, "overwrite", destroys(input, read));
      assertRefused("file:" + read, input, "overwrite", destroys(input, "file:" + read));
    }
    Path inside = link.resolve("out");
    assertThatThrownBy(() -> check(input.toString(), inside, "resume"))
        .hasMessageContaining(" lies inside input.path = ");
    assertThat(input.resolve("a.parquet")).exists();
  }

  private static String destroys(Object output, Object input) {
    return "output.path = "
        + output
        + " is or holds input.path = "
        + input
        + ": writing there would destroy the prompts; choose another folder";
  }

  @Test
  void seesWhatAPatternWillMatch() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("data"));
    for (String pattern : List.of("data/*", "link/*", "da{ta,rk}/o?t", "data/{in,out/a}", "*")) {
      if (pattern.equals("data/{in,out/a}")) {
        check(folder + "/" + pattern, folder.resolve("data/out"), "resume");
        continue;
      }
      assertThatThrownBy(() -> check(folder + "/" + pattern, folder.resolve("data/out"), "resume"))
          .as(pattern)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(": the next run would read it as prompts");
    }
  }

  /** What Spark finds may be anywhere, by a link in the input's folder. */
  @Test
  void refusesFilesOfTheInputThatAreInTheOutput() throws IOException {
    Path other = Files.createDirectories(folder.resolve("other day"));
    Files.writeString(other.resolve("b.parquet"), "x");
    Files.createSymbolicLink(input.resolve("day=1"), other);
    Path file = Files.createSymbolicLink(input.resolve("c.parquet"), other.resolve("b.parquet"));
    for (Path read : List.of(input.resolve("day=1/b.parquet"), file)) {
      Overlap overlap =
          new Overlap(settings(input.toString(), other, "resume"), new Configuration());
      assertThatThrownBy(() -> overlap.check(List.of(read.toUri().toString())))
          .isInstanceOf(RefusedException.class)
          .hasMessage(destroys(other, input));
    }
    new Overlap(settings(input.toString(), output, "resume"), new Configuration())
        .check(List.of(file.toUri().toString(), input.resolve("a.parquet").toUri().toString()));
  }

  @Test
  void refusesTheModelsFolderAndTheExamples() throws IOException {
    Path model = Files.createDirectories(folder.resolve("models/one"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), model);
    Path examples = Files.writeString(folder.resolve("models/examples.jsonl"), "");
    for (Path written : List.of(model, link, model.getParent(), link.resolve("out"))) {
      assertThatThrownBy(() -> check(input.toString(), written, "resume", "model.path=" + model))
          .isInstanceOf(RefusedException.class)
          .hasMessageEndingWith(
              " model.path = " + model + ": choose another folder, which nothing is read from");
    }
    assertThatThrownBy(
            () ->
                check(
                    input.toString(), model.getParent(), "overwrite", "input.few-shot=" + examples))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(" is or holds input.few-shot = " + examples);
  }

  @Test
  void seesThroughGlobs() {
    assertRefused(
        folder + "/data/*/*.parquet",
        input,
        "overwrite",
        "output.path = "
            + input
            + " is or holds input.path = "
            + folder
            + "/data/*/*.parquet: writing there would destroy the prompts; choose another folder");
  }

  @Test
  void refusesAnOutputInsideTheInput() {
    Path inside = input.resolve("out");
    assertRefused(
        input.toString(),
        inside,
        "error-if-exists",
        "output.path = "
            + inside
            + " lies inside input.path = "
            + input
            + ": the next run would read it as prompts; choose a folder outside");
  }

  @Test
  void refusesAnUnknownFileSystem() {
    assertThatThrownBy(
            () ->
                OutputCheck.check(
                    SettingsReader.read(
                        null,
                        List.of(
                            "input.path=" + input,
                            "output.path=nowhere://a/b",
                            "model.path=model")),
                    new Configuration(),
                    OutputCheck.TABLE))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "output.path = nowhere://a/b cannot be looked at: No FileSystem for scheme"
                + " \"nowhere\""
                + OutputFolder.UNREACHABLE);
  }

  @Test
  void aNameThatHadoopCannotMatchIsShown() throws IOException {
    Files.createDirectories(folder.resolve("data/a:b"));
    assertRefused(
        folder + "/data/*",
        output,
        "resume",
        "input.path = "
            + folder
            + "/data/* cannot be matched, since a:b is looked at for it, and Hadoop reads no name"
            + " with a colon in it: rename that, or name a folder without * ? [ {");
  }
}
