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
    assertThat(digests.values()).allMatch(digest -> digest.matches("[0-9a-f]{64}"));
    assertThat(ModelDigest.of(folder)).isEqualTo(digests);
  }

  @Test
  void otherFilesAreNot() throws IOException {
    Map<String, String> before = ModelDigest.of(TinyModel.write(folder));
    Files.writeString(folder.resolve("README.md"), "words");
    assertThat(ModelDigest.of(folder)).isEqualTo(before);
  }

  /** Known answers, of {@code printf abc | sha256sum} and of an empty file. */
  @Test
  void digestsAreThoseOfSha256sum() throws IOException {
    Files.writeString(folder.resolve("config.json"), "abc");
    Files.createFile(folder.resolve("merges.txt"));
    assertThat(ModelDigest.of(folder))
        .containsOnly(
            Map.entry(
                "config.json", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            Map.entry(
                "merges.txt", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  }

  @Test
  void everyByteOfALongFileCounts() throws IOException {
    long length = (5L << 20) + 77;
    large(length, 0, 1);
    String before = weights();
    large(length, (1L << 20) + 12_345, 1);
    assertThat(weights()).isNotEqualTo(before);
    large(length, (1L << 20) + 12_345, 0);
    assertThat(weights()).isEqualTo(before);
    large(length + 1, 0, 1);
    assertThat(weights()).isNotEqualTo(before);
  }
}
