package org.dlmspark.job.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.dlmspark.job.RefusedException;
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

  private static void check(String input, Path output, String mode) {
    OutputCheck.check(
        SettingsReader.read(
            null,
            List.of(
                "input.path=" + input,
                "output.path=" + output,
                "model.path=model",
                "output.mode=" + mode)),
        new Configuration(),
        OutputCheck.TABLE);
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

  @Test
  void overwritesWhatAJobWrote() throws IOException {
    Files.createDirectories(output);
    Files.writeString(output.resolve("_SUCCESS"), "");
    Files.writeString(output.resolve("._SUCCESS.crc"), "");
    Files.writeString(output.resolve("part-00000-x.snappy.parquet"), "");
    assertThatCode(() -> check(input.toString(), output, "overwrite")).doesNotThrowAnyException();
  }

  @Test
  void refusesToOverwriteAnythingElse() throws IOException {
    Files.createDirectories(output);
    Files.writeString(output.resolve("thesis.txt"), "");
    assertRefused(
        input.toString(),
        output,
        "overwrite",
        "output.path = "
            + output
            + " holds thesis.txt, which this command does not write: output.mode = overwrite"
            + " replaces only its own output; choose another folder or empty it yourself");
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
}
