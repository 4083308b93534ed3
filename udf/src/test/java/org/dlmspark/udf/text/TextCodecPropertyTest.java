package org.dlmspark.udf.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class TextCodecPropertyTest {
  private static TextCodec sample;

  @BeforeContainer
  static void open() {
    sample = TextCodec.open(Fixtures.SAMPLE);
  }

  @AfterContainer
  static void close() {
    sample.close();
  }

  /** UTF-16 units of any kind, halves of pairs too, and whole characters of every plane. */
  @Provide
  Arbitrary<String> anyText() {
    Arbitrary<String> units = Arbitraries.chars().all().map(String::valueOf);
    Arbitrary<String> characters =
        Arbitraries.integers()
            .between(Character.MIN_CODE_POINT, Character.MAX_CODE_POINT)
            .map(Character::toString);
    Arbitrary<String> special =
        Arbitraries.of("<|mdm_mask|>", "<|eot_id|>", "{{ 1 }}", "{%", " ", "\n", "\u0000", "'");
    return Arbitraries.oneOf(units, characters, special)
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Property
  void anyTextIsEncodedAndDecoded(@ForAll("anyText") String text) {
    int[] raw = sample.encode(text, Fixtures.SETTINGS);
    int[] chat = sample.encodeChat(ChatMessage.conversation(text, text), Fixtures.SETTINGS);

    assertThat(sample.decode(raw, 0, raw.length)).isNotNull();
    assertThat(chat).startsWith(506, 508).endsWith(509, 198, 198);
    assertThat(Arrays.stream(raw).boxed()).allMatch(id -> id >= 0 && id < 512);
  }

  @Property
  void textWithoutSpecialTokensComesBack(@ForAll("anyText") String text) {
    String plain = wellFormed(text.replace("<|", "<"));
    int[] ids = sample.encode(plain, Fixtures.SETTINGS);

    assertThat(sample.decode(ids, 0, ids.length)).isEqualTo(plain);
  }

  @Property
  void anyIdsAreDecoded(@ForAll int[] ids) {
    assertThat(sample.decode(ids, 0, ids.length)).isNotNull();
  }

  private static String wellFormed(String text) {
    return text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
