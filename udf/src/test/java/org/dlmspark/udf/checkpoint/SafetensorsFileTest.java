package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One safetensors file: what is read, and every way in which a header may not add up. */
class SafetensorsFileTest {
  @TempDir Path folder;

  @Test
  void readsTensorsOfAnyType() {
    SafetensorsFile file =
        SafetensorsFile.open(Golden.goldenModel("llada-tiny").resolve("forward.safetensors"));
    assertThat(file.entries()).containsOnlyKeys("input_ids", "logits", "logits_bf16_weights");
    assertThat(file.entries().get("input_ids").dtype()).isEqualTo("I64");
    ByteBuffer ids = file.bytes("input_ids");
    assertThat(ids.remaining()).isEqualTo(24 * 8);
    for (int at = 0; at < ids.remaining(); at += 8) {
      assertThat(ids.getLong(at)).isBetween(0L, 255L);
    }
    TensorData logits = file.tensor("logits");
    assertThat(logits.type()).isEqualTo(NumberType.FLOAT32);
    assertThat(logits.shape()).containsExactly(24L, 256L);
    assertThatThrownBy(() -> file.tensor("input_ids"))
        .hasMessage(
            file.path()
                + ": tensor input_ids is stored as I64: weights must be F32, F16 or BF16; use a"
                + " checkpoint that is not quantised");
    assertThatThrownBy(() -> file.tensor("x")).hasMessage(file.path() + " has no tensor x");
  }

  @Test
  void emptyTensorsAndSingleNumbersAreFine() {
    SafetensorsFile file =
        open(
            """
            {"none": {"dtype": "F32", "shape": [0, 5], "data_offsets": [0, 0]},
             "one": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}
            """,
            4);
    assertThat(file.bytes("none").remaining()).isZero();
    assertThat(file.tensor("one").bytes().getFloat(0)).isZero();
    assertThat(open("{}", 0).entries()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "F32 | [2]      | [0,4]    | F32 of shape [2] takes 8 bytes, but data_offsets = [0, 4] give it 4",
        "F32 | [-1]     | [0,8]    | shape = [-1] is not a list of sizes",
        "F32 | [2.0]    | [0,8]    | shape = [2.0] is not a list of sizes",
        "F32 | [\"2\"]  | [0,8]    | shape = [\"2\"] is not a list of sizes",
        "F32 | 2        | [0,8]    | shape = 2 is not a list of sizes",
        "F32 | {\"a\":2} | [0,8]   | shape = {\"a\":2} is not a list of sizes",
        "F32 | [2]      | [8,0]    | data_offsets = [8, 0] are not [begin, end]",
        "F32 | [2]      | [0,8,9]  | data_offsets = [0, 8, 9] are not [begin, end]",
        "F32 | [2]      | [-8,0]   | data_offsets = [-8,0] is not a list of sizes",
        "F32 | [2]      | null     | data_offsets = null is not a list of sizes",
        "F32 | [2]      | [0,99999999999999999999] | data_offsets = [0,99999999999999999999] is not a list of sizes",
        "F32 | [4294967296,4294967296] | [0,8] | shape [4294967296, 4294967296] at [0, 8] is larger than any file",
        "F32 | [2]      | [0,9223372036854775807] | shape [2] at [0, 9223372036854775807] is larger than any file",
        "XYZ | [2]      | [1,8]    | it begins at byte %d, after a hole: byte %d was expected",
      })
  void entriesThatDoNotAddUp(String dtype, String shape, String offsets, String what) {
    String header =
        "{\"t\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
            .formatted(dtype, shape, offsets);
    int begin = 8 + header.length();
    damaged(header, 8, ": tensor t", what.formatted(begin + 1, begin));
  }

  @Test
  void messagesAboutLongListsAreShort() {
    String ones = "1,".repeat(50_000) + "1";
    for (String entry :
        new String[] {
          "\"shape\":[" + ones + "],\"data_offsets\":[0,8]",
          "\"shape\":[4294967296,4294967296," + ones + "],\"data_offsets\":[0,8]",
          "\"shape\":[2],\"data_offsets\":[" + ones + "]"
        }) {
      assertThatThrownBy(() -> open("{\"t\":{\"dtype\":\"F32\"," + entry + "}}", 8))
          .isInstanceOf(CheckpointException.class)
          .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1000));
    }
  }

  @Test
  void aTensorMustNameItsType() {
    damaged(
        "{\"t\":{\"shape\":[2],\"data_offsets\":[0,8]}}",
        8,
        ": tensor t",
        "dtype =  is not a text");
    damaged("{\"t\":7}", 0, ": tensor t", "dtype =  is not a text");
  }

  @Test
  void tensorsMustFillTheFile() {
    String two =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}";
    String overlap = two.formatted(4, 12);
    int begin = 8 + overlap.length();
    damaged(
        overlap,
        12,
        ": tensor b",
        "it begins at byte %d, inside the tensor before it: byte %d was expected"
            .formatted(begin + 4, begin + 8));
    String same = two.formatted(0, 8);
    begin = 8 + same.length();
    damaged(
        same,
        8,
        ": tensor b",
        "it begins at byte %d, inside the tensor before it: byte %d was expected"
            .formatted(begin, begin + 8));
    String hole = two.formatted(12, 20);
    begin = 8 + hole.length();
    damaged(
        hole,
        20,
        ": tensor b",
        "it begins at byte %d, after a hole: byte %d was expected"
            .formatted(begin + 12, begin + 8));
    String sound = two.formatted(8, 16);
    begin = 8 + sound.length();
    damaged(
        sound,
        17,
        "",
        "its tensors end at byte %d but the file at byte %d".formatted(begin + 16, begin + 17));
  }

  @Test
  void truncationIsSaidAtEveryLength() throws IOException {
    TinyFolder tiny = new TinyFolder(folder);
    byte[] whole = tiny.safetensors(tiny.header());
    Path file = folder.resolve("cut.safetensors");
    int headerEnd = whole.length - tiny.dataBytes();
    for (int length = 0; length < whole.length; length += 1 + length / 50) {
      TinyFolder.write(file, Arrays.copyOf(whole, length));
      String part = length < headerEnd ? "the header" : "tensor ";
      assertThatThrownBy(() -> SafetensorsFile.open(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(file + " ends at byte " + length + ", " + part)
          .hasMessageContaining(" needs bytes up to ")
          .hasMessageEndingWith(": the download is incomplete; download the file again");
    }
    TinyFolder.write(file, whole);
    assertThat(SafetensorsFile.open(file).entries()).containsKey(TinyFolder.HEAD);
  }

  @Test
  void aLengthThatNoHeaderHasIsRefusedUnread() {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001}) {
      Path file = folder.resolve("model.safetensors");
      TinyFolder.write(
          file, ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      assertThatThrownBy(() -> SafetensorsFile.open(file))
          .hasMessage(
              file
                  + " says that its header has "
                  + Long.toUnsignedString(length)
                  + " bytes, and at most 100000000 are possible: it is no safetensors file or was"
                  + " damaged; download it again");
    }
  }

  @Test
  void aGitLfsPointerIsRecognised() {
    Path file = folder.resolve("model.safetensors");
    TinyFolder.write(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessage(
            file + " is a Git LFS pointer, not the weights: run `git lfs pull` in the folder");
  }

  @Test
  void aHeaderMustBeJsonOfTheFormat() {
    Path file = folder.resolve("t.safetensors");
    for (String header : new String[] {"", " {}", "[]"}) {
      assertThatThrownBy(() -> open(header, 0))
          .hasMessage(
              file
                  + ": the header does not begin with '{': it is no safetensors file or was"
                  + " damaged; download it again");
    }
    assertThatThrownBy(() -> open("{\"a\":", 0))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": the header is not valid JSON: ");
    String entry = "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
    assertThatThrownBy(() -> open("{\"a\":" + entry + ",\"a\":" + entry + "}", 0))
        .hasMessageStartingWith(
            file + ": the header is not valid JSON: Duplicate field 'a' (line 1, column ");
    assertThat(open("{\"a\":" + entry + "}   ", 0).entries()).containsOnlyKeys("a");
  }

  @Test
  void aMissingFileAndAFolderAreNamed() throws IOException {
    Path file = folder.resolve("model.safetensors");
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessage(file + " does not exist: the download of the model is incomplete");
    Files.createDirectory(file);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessage(file + " is not a regular file");
  }

  @Test
  void aTensorTooLargeToMapIsRefusedAndOneBeyondTwoGibibytesOfFileIsMapped() throws IOException {
    long large = 1L << 31;
    String header =
        "{\"large\":{\"dtype\":\"BF16\",\"shape\":[1073741824],\"data_offsets\":[0,%d]},"
            + "\"last\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[%d,%d]}}";
    byte[] text = header.formatted(large, large, large + 2).getBytes(StandardCharsets.UTF_8);
    Path path = folder.resolve("t.safetensors");
    TinyFolder.write(path, TinyFolder.safetensors(text, 0));
    // A sparse file: it takes no room on the disk.
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(8 + text.length + large + 2);
      sparse.seek(8 + text.length + large);
      sparse.write(new byte[] {(byte) 0x80, 0x3f});
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    assertThatThrownBy(() -> file.tensor("large"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            path
                + ": tensor large has 2147483648 bytes: one tensor may have at most 2147483647; use"
                + " a checkpoint in float16 or bfloat16");
    assertThat(file.tensor("last").bytes().getShort(0)).isEqualTo((short) 0x3f80);
  }

  @Test
  void aFileThatShrinksAfterItsCheckIsNoCrash() {
    TinyFolder tiny = new TinyFolder(folder);
    byte[] whole = tiny.safetensors(tiny.header());
    TinyFolder.write(tiny.weights(), whole);
    SafetensorsFile file = SafetensorsFile.open(tiny.weights());
    TinyFolder.write(tiny.weights(), Arrays.copyOf(whole, 100));
    assertThatThrownBy(() -> file.tensor(TinyFolder.HEAD))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            tiny.weights() + ": tensor " + TinyFolder.HEAD + " cannot be mapped into memory: ");
  }

  private SafetensorsFile open(String header, int dataBytes) {
    Path file = folder.resolve("t.safetensors");
    TinyFolder.write(
        file, TinyFolder.safetensors(header.getBytes(StandardCharsets.UTF_8), dataBytes));
    return SafetensorsFile.open(file);
  }

  private void damaged(String header, int dataBytes, String where, String what) {
    assertThatThrownBy(() -> open(header, dataBytes))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder.resolve("t.safetensors")
                + where
                + ": the header does not add up: "
                + what
                + "; download the file again");
  }
}
