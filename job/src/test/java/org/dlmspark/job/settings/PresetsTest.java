package org.dlmspark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.dlmspark.udf.decode.BlockDiffusion;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Schedule;
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

  /** What the folders of a preset's models say, by the preset's name. */
  private static ModelTraits traits(String name) {
    BlockDiffusion blocks =
        name.startsWith("llada2")
            ? new BlockDiffusion(32, false, true, false)
            : name.startsWith("sdar") || name.startsWith("trado")
                ? new BlockDiffusion(4, false, false, false)
                : name.startsWith("fast-dllm")
                    ? new BlockDiffusion(32, false, false, true)
                    : name.contains("bd3lm") ? new BlockDiffusion(32, true, false, false) : null;
    Schedule schedule =
        name.startsWith("rnd1")
            ? Schedule.KEPT
            : name.startsWith("qwen3")
                ? Schedule.ROUNDED
                : name.matches("(dream|diffucoder|open-dcoder).*")
                    ? Schedule.TIMESTEP
                    : Schedule.EVEN;
    boolean shifted = schedule.isOfRegion() || name.startsWith("fast-dllm");
    return new ModelTraits(1, Set.of(2), shifted, schedule, blocks);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void eachPresetIsAJobForItsFamily(Path preset) {
    JobSettings settings = SettingsReader.read(preset, List.of("input.path=in", "output.path=out"));

    String name = preset.getFileName().toString();
    ModelTraits model = traits(name);
    GenerationSettings generation = settings.generation().resolve(model);
    if (model.blocks() != null) {
      assertThat(generation.cache().policy()).isEqualTo(CachePolicyName.BLOCK);
      assertThat(generation.blockLength()).isEqualTo(model.blocks().usualLength());
      assertThat(generation.steps()).isNull();
    } else {
      // Open-dCoder's authors take 200 steps for 128 tokens.
      assertThat(generation.steps())
          .isEqualTo(name.startsWith("open-dcoder") ? 200 : generation.genLength());
    }
    if (model.schedule().isOfRegion()) {
      assertThat(generation.blockLength()).isEqualTo(generation.genLength());
      assertThat(generation.unmasking().remasking())
          .isEqualTo(name.startsWith("open-dcoder") ? Remasking.P2 : Remasking.ENTROPY);
    }
    assertThat(generation.blocks().edits()).isEqualTo(name.startsWith("llada2.1"));
    assertThat(settings.decoder().attention())
        .isEqualTo(name.contains("bd3lm") ? "block" : name.contains("mdlm") ? "full" : "auto");
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
            "diffucoder-7b-cpgrpo.conf",
            "llada-moe-7b-a1b-instruct.conf",
            "llada2.0-mini.conf",
            "llada2.1-mini-quality.conf",
            "llada2.1-mini-speed.conf",
            "sdar-4b-chat.conf",
            "sdar-8b-chat.conf",
            "sdar-30b-a3b-chat.conf",
            "trado-8b-instruct.conf",
            "fast-dllm-v2-1.5b.conf",
            "fast-dllm-v2-7b.conf",
            "qwen3-0.6b-diffusion-mdlm.conf",
            "qwen3-0.6b-diffusion-bd3lm.conf",
            "open-dcoder-0.5b.conf",
            "rnd1-base.conf");
  }
}
