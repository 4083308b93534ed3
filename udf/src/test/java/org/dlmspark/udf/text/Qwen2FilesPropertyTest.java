package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
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
    int[] ids = built.encode(text);
    assertThat(ids).containsExactly(twin.encode(text));
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
}
