package org.dlmspark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Remasking;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The settings files that a user copies. */
final class PresetsTest {
  private static final Path CONF = Path.of("../conf");

  static Stream<Path> presets() throws IOException {
    try (Stream<Path> files = Files.list(CONF)) {
      return files
          .filter(
              file -> file.toString().endsWith(".conf") && !file.endsWith("spark-defaults.conf"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("presets")
  void eachPresetIsAJobForItsFamily(Path preset) {
    JobSettings settings = SettingsReader.read(preset, List.of("input.path=in", "output.path=out"));

    boolean dream = preset.getFileName().toString().matches("(dream|diffucoder).*");
    GenerationSettings generation =
        settings.generation().resolve(new ModelTraits(1, Set.of(2), dream, dream));
    assertThat(generation.steps()).isEqualTo(generation.genLength());
    if (dream) {
      assertThat(generation.blockLength()).isEqualTo(generation.genLength());
      assertThat(generation.unmasking().remasking()).isEqualTo(Remasking.ENTROPY);
    }
    assertThat(settings.decoder().maxTokens())
        .isGreaterThanOrEqualTo(settings.decoder().maxSequences() * generation.genLength());
  }

  @ParameterizedTest
  @MethodSource("presets")
  void eachPresetOfAPublishedModelNamesItsSource(Path preset) throws IOException {
    if (!preset.endsWith("sample.conf")) {
      assertThat(Files.readString(preset)).startsWith("# ").contains("https://huggingface.co/");
    }
  }

  @Test
  void everyModelThatTheReadmeNamesHasAPreset() throws IOException {
    assertThat(presets().map(file -> file.getFileName().toString()))
        .contains(
            "llada-8b-base.conf",
            "llada-8b-instruct.conf",
            "llada-1.5.conf",
            "dream-7b-base.conf",
            "dream-7b-instruct.conf",
            "dream-coder-7b-instruct.conf",
            "diffucoder-7b-base.conf",
            "diffucoder-7b-cpgrpo.conf");
  }
}
