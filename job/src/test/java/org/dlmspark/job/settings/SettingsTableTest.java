package org.dlmspark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsTableTest {

  private static final Path PAGE = Path.of("..", "docs", "settings.md");
  private static final String BEGIN = "<!-- settings:begin -->\n";
  private static final String END = "<!-- settings:end -->";

  /** To write the table anew: {@code mvn -pl job -am test -Dsettings.update=true}. */
  @Test
  void thePageHoldsTheTable() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    assertThat(begin).isGreaterThan(BEGIN.length()).isLessThanOrEqualTo(end);
    if (Boolean.getBoolean("settings.update")) {
      page = page.substring(0, begin) + SettingsTable.markdown() + page.substring(end);
      Files.writeString(PAGE, page);
      end = page.indexOf(END);
    }
    assertThat(page.substring(begin, end)).isEqualTo(SettingsTable.markdown());
  }

  @Test
  void aLineHoldsKeyDefaultAndMeaning() {
    assertThat(SettingsTable.markdown())
        .startsWith("| setting | default | meaning |\n| --- | --- | --- |\n| `input.path` |")
        .contains(
            "| `batch.max-sequences` | `16` | Sequences that an executor decodes at the same time."
                + " |\n");
  }
}
