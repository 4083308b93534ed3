package org.dlmspark.job.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.dlmspark.job.fixtures.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDigestTest {

  @TempDir Path folder;

  private void large(long length, long at, int value) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.setLength(length);
      file.seek(at);
      file.write(value);
    }
  }

  private String weights() {
    return ModelDigest.of(folder).get("model.safetensors");
  }

  @Test
  void filesThatMatterAreThereByName() {
    TinyModel.write(folder);
    Map<String, String> digests = ModelDigest.of(folder);
    assertThat(digests).containsKeys("config.json", "model.safetensors", "tokenizer.json");
    assertThat(digests.values()).allMatch(digest -> digest.matches("[0-9a-f]{32}"));
    assertThat(ModelDigest.of(folder)).isEqualTo(digests);
  }

  @Test
  void otherFilesAreNot() throws IOException {
    Map<String, String> before = ModelDigest.of(TinyModel.write(folder));
    Files.writeString(folder.resolve("README.md"), "words");
    assertThat(ModelDigest.of(folder)).isEqualTo(before);
  }

  @Test
  void everyByteOfAShortFileCounts() throws IOException {
    large(100_000, 0, 1);
    String before = weights();
    large(100_000, 77_777, 1);
    assertThat(weights()).isNotEqualTo(before);
  }

  @Test
  void beginningEndAndLengthOfALongFileCount() throws IOException {
    long length = 50L << 20;
    large(length, 0, 1);
    String before = weights();
    large(length, length - 1, 1);
    String end = weights();
    assertThat(end).isNotEqualTo(before);
    large(length, 9, 1);
    assertThat(weights()).isNotEqualTo(end);
    large(length, 9, 0);
    assertThat(weights()).isEqualTo(end);
    large(length + 1, 9, 0);
    assertThat(weights()).isNotEqualTo(end);
  }
}
