package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON files that are no good. */
class JsonFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"a\" 1}", "{} {}", "{\"a\":1,\"a\":2}", "\u0000", "{'a':1}"})
  void whatIsNoJsonIsRefused(String text) {
    Path file = folder.resolve("config.json");
    TinyFolder.write(file, text);
    assertThatThrownBy(() -> JsonFile.read(file, 100))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file.toString());
  }

  @Test
  void theMessageSaysWhere() {
    Path file = folder.resolve("config.json");
    TinyFolder.write(file, "{\n  \"a\": 1,\n  \"a\": 2\n}");
    assertThatThrownBy(() -> JsonFile.read(file, 100))
        .hasMessage(file + " is not valid JSON: Duplicate field 'a' (line 3, column 6)");
    TinyFolder.write(file, "{\n  \"a\": [1");
    assertThatThrownBy(() -> JsonFile.read(file, 100))
        .hasMessageContaining("start marker at line 2, column ")
        .hasMessageEndingWith(")")
        .hasMessageNotContaining("Source");
    TinyFolder.write(file, "[1]");
    assertThatThrownBy(() -> JsonFile.read(file, 100))
        .hasMessage(file + " does not hold a JSON object but [1]");
  }

  @Test
  void aFileThatIsTooLargeIsNotRead() {
    Path file = folder.resolve("config.json");
    TinyFolder.write(file, "{" + " ".repeat(99) + "}");
    assertThatThrownBy(() -> JsonFile.read(file, 100))
        .hasMessage(file + " is larger than 100 bytes: no model has such a file; check it");
    assertThat(JsonFile.read(file, 101)).isEmpty();
  }

  @Test
  void aFolderIsNoFile() throws IOException {
    Path file = Files.createDirectory(folder.resolve("config.json"));
    assertThatThrownBy(() -> JsonFile.read(file, 100)).hasMessage(file + " is not a regular file");
  }

  @Test
  void depthAndNumberOfValuesAreBounded() {
    Path file = folder.resolve("config.json");
    TinyFolder.write(file, "{\"a\":" + "[".repeat(65) + "]".repeat(65) + "}");
    assertThatThrownBy(() -> JsonFile.read(file, 1000)).hasMessageContaining("nesting depth");
    TinyFolder.write(file, "{\"a\":[" + "0,".repeat(4_000_000) + "0]}");
    assertThatThrownBy(() -> JsonFile.read(file, 9_000_000)).hasMessageContaining("Token count");
  }
}
