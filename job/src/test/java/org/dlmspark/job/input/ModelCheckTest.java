package org.dlmspark.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.fixtures.TinyModel;
import org.dlmspark.job.input.ModelCheck.ModelFacts;
import org.dlmspark.job.settings.SettingsReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCheckTest {

  @TempDir Path folder;

  private static ModelFacts check(Path model, String... overrides) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "input.path=in",
                "output.path=out",
                "model.path=" + model,
                "generation.gen-length=32"));
    all.addAll(List.of(overrides));
    return ModelCheck.check(SettingsReader.read(null, all));
  }

  @Test
  void tellsWhatTheModelIs() {
    ModelFacts facts = check(TinyModel.write(folder));
    assertThat(facts.config().family()).isEqualTo("llada");
    assertThat(facts.config().maxSequenceLength()).isEqualTo(TinyModel.CONTEXT);
    assertThat(facts.parameters()).isEqualTo(TinyModel.PARAMETERS);
  }

  @Test
  void refusesAFolderThatIsNotThere() {
    Path model = folder.resolve("none");
    assertThatThrownBy(() -> check(model))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(model.toString());
  }

  @Test
  void refusesAFolderWithoutConfig() throws IOException {
    Files.delete(TinyModel.write(folder).resolve("config.json"));
    assertThatThrownBy(() -> check(folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("config.json");
  }

  @Test
  void refusesAFolderWithoutTokenizer() throws IOException {
    Files.delete(TinyModel.write(folder).resolve("tokenizer.json"));
    assertThatThrownBy(() -> check(folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("tokenizer.json");
  }

  @Test
  void refusesAChatWithoutTemplate() {
    TinyModel.write(folder, false);
    assertThatThrownBy(() -> check(folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the model has no chat template")
        .hasMessageContaining("set input.chat = false");
    assertThat(check(folder, "input.chat=false").parameters()).isEqualTo(TinyModel.PARAMETERS);
  }

  @Test
  void tellsOfATemplateThatIsBrokenWhereItIsNotUsed() throws IOException {
    TinyModel.write(folder);
    assertThat(check(folder).remarks()).isEmpty();

    Path template = folder.resolve("chat_template.jinja");
    Files.writeString(template, "{% for %}");
    assertThatThrownBy(() -> check(folder))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(template.toString());
    assertThat(check(folder, "input.chat=false").remarks())
        .singleElement()
        .asString()
        .startsWith(template.toString());
  }

  @Test
  void refusesALengthThatLeavesNoRoomForAPrompt() {
    TinyModel.write(folder);
    assertThatThrownBy(() -> check(folder, "generation.gen-length=64"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "generation.gen-length = 64 leaves no room for a prompt: the model's context is 64"
                + " tokens, prompt and completion together; lower it");
  }

  @Test
  void refusesABatchThatHoldsNotOneSequence() {
    TinyModel.write(folder);
    assertThatThrownBy(() -> check(folder, "batch.max-tokens=32"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "batch.max-tokens = 32 holds not one sequence of generation.gen-length = 32 and its"
                + " prompt: raise it to 64 for any prompt to fit");
    assertThat(check(folder, "batch.max-tokens=33").parameters()).isPositive();
    assertThatThrownBy(() -> check(folder, "batch.max-tokens=65", "generation.guidance-scale=1"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "batch.max-tokens = 65 holds not one sequence of generation.gen-length = 32 and its"
                + " prompt, twice with guidance: raise it to 128 for any prompt to fit");
  }
}
