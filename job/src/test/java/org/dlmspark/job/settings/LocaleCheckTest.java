package org.dlmspark.job.settings;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.charset.StandardCharsets;
import org.dlmspark.job.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocaleCheckTest {

  private static final LocaleCheck UTF_8 = new LocaleCheck(StandardCharsets.UTF_8);
  private static final LocaleCheck ASCII = new LocaleCheck(StandardCharsets.US_ASCII);
  private static final LocaleCheck LATIN_1 = new LocaleCheck(StandardCharsets.ISO_8859_1);

  @ParameterizedTest
  @ValueSource(strings = {"--set=input.system-prompt=Gr????e", "in/??n??", "Gr\ufffd\ufffd", "ü"})
  void whereTheLocaleIsAsciiWhatMayHaveBeenALetterIsRefused(String arg) {
    assertThatThrownBy(() -> ASCII.arguments("--input", arg))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(arg)
        .hasMessageContaining("US-ASCII")
        .hasMessageContaining("set LC_ALL=C.UTF-8");
  }

  @Test
  void soIsWhatReadsAsTwoLettersOfLatin1() {
    assertThatThrownBy(() -> LATIN_1.arguments("--input", "GrÃ¶Ã\u009fe"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("ISO-8859-1");
  }

  @Test
  void plainArgumentsPassInAnyLocale() {
    assertThatCode(() -> ASCII.arguments("--set", "input.template={prompt}\n*[a]"))
        .doesNotThrowAnyException();
    assertThatCode(() -> UTF_8.arguments("Größe 日本?")).doesNotThrowAnyException();
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedInAnyLocale() {
    assertThatThrownBy(() -> UTF_8.arguments("in/\ufffdn"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("holds bytes that are no text");
  }

  @Test
  void aSettingFromAFileThatIsNoUtf8IsRefusedWithItsPlace() {
    assertThatThrownBy(
            () ->
                UTF_8.settings(
                    ConfigFactory.parseString("a = 1\ninput.system-prompt = \"Gr\ufffde\"")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("input.system-prompt")
        .hasMessageContaining(": 2)")
        .hasMessageContaining("write the file in UTF-8");
  }

  @Test
  void aPathThatTheLocaleCannotHoldIsRefusedAndATextIsNot() {
    assertThatCode(() -> ASCII.settings(ConfigFactory.parseString("input.template = \"ü {a}\"")))
        .doesNotThrowAnyException();
    assertThatCode(() -> ASCII.settings(ConfigFactory.parseString("input.path = \"hdfs:/ü\"")))
        .doesNotThrowAnyException();
    for (String path : new String[] {"few-ü.jsonl", "file:/ü"}) {
      assertThatThrownBy(
              () -> ASCII.settings(ConfigFactory.parseString("input.few-shot = \"" + path + "\"")))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("input.few-shot")
          .hasMessageContaining("US-ASCII");
    }
  }
}
