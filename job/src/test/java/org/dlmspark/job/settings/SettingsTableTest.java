package org.dlmspark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsTableTest {

  private static final Path README = Path.of("..", "README.md");
  private static final String BEGIN = "<!-- settings:begin -->\n";
  private static final String END = "<!-- settings:end -->";

  /** To write the table anew: {@code mvn -pl job -am test -Dreadme.update=true}. */
  @Test
  void readmeHoldsTheTable() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    assertThat(begin).isGreaterThan(BEGIN.length()).isLessThanOrEqualTo(end);
    if (Boolean.getBoolean("readme.update")) {
      readme = readme.substring(0, begin) + SettingsTable.markdown() + readme.substring(end);
      Files.writeString(README, readme);
      end = readme.indexOf(END);
    }
    assertThat(readme.substring(begin, end)).isEqualTo(SettingsTable.markdown());
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
