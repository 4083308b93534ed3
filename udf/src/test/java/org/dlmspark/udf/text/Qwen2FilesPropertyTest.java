package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class Qwen2FilesPropertyTest {
  private static TextCodec built;
  private static TextCodec twin;

  @BeforeContainer
  static void open() {
    built = TextCodec.open(Fixtures.QWEN2);
    twin = TextCodec.open(Fixtures.QWEN2_FAST);
  }

  @AfterContainer
  static void close() {
    built.close();
    twin.close();
  }

  /** The twin is built by other code of the same files, and read by the same library. */
  @Property
  void anyTextIsEncodedAsByTheTwin(@ForAll("anyText") String text) {
    int[] ids = built.encode(text, Fixtures.SETTINGS);
    assertThat(ids).containsExactly(twin.encode(text, Fixtures.SETTINGS));
    assertThat(built.decode(ids, 0, ids.length)).isEqualTo(twin.decode(ids, 0, ids.length));
  }

  @Provide
  Arbitrary<String> anyText() {
    Arbitrary<String> units = Arbitraries.chars().all().map(String::valueOf);
    Arbitrary<String> words =
        Arbitraries.of(
            "The",
            " there",
            "n't",
            "'LL",
            "12",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "e\u0301",
            "()",
            "<|im_start|>",
            "<|mask|>",
            "<tool_call>",
            "<|left|>",
            "<|",
            "\ud83d\ude00");
    return Arbitraries.oneOf(units, words)
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }

  /**
   * Whatever happens to a file: the folder opens, or is refused by an exception of this package.
   */
  @Property(tries = 300)
  void damagedFiles(
      @ForAll @IntRange(max = 2) int file,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 1_000_000) Integer> places)
      throws IOException {
    Path folder = Files.createTempDirectory("dlm-spark-damaged-");
    List<String> names = List.of("vocab.json", "merges.txt", "tokenizer_config.json");
    try {
      for (String name : names) {
        byte[] bytes = Files.readAllBytes(Fixtures.QWEN2.resolve(name));
        if (name.equals(names.get(file))) {
          places.forEach(place -> bytes[place % bytes.length] ^= (byte) (1 << (place % 8)));
        }
        Files.write(folder.resolve(name), bytes);
      }
      try (TextCodec codec = TextCodec.open(folder)) {
        assertThat(codec.encode("The 7!!<|mask|>", Fixtures.SETTINGS)).isNotEmpty();
      } catch (TextException refused) {
        assertThat(refused.getMessage()).contains(folder.toString()).hasSizeLessThan(1000);
      }
    } finally {
      for (String name : names) {
        Files.delete(folder.resolve(name));
      }
      Files.delete(folder);
    }
  }
}
