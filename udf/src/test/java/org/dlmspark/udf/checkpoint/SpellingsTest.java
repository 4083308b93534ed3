package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that have two names, and tokens that two files name. */
class SpellingsTest {
  private static final String REST =
      ": they mean the same and must not differ; correct the one that the weights were not made"
          + " with, or remove it";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "d_model,hidden_size,8,16",
    "n_layers,num_hidden_layers,1,2",
    "n_heads,num_attention_heads,2,4",
    "n_kv_heads,num_key_value_heads,1,2",
    "mlp_hidden_size,intermediate_size,12,16",
    "max_sequence_length,max_position_embeddings,64,128",
    "weight_tying,tie_word_embeddings,false,true",
  })
  void eitherNameWillDoAndTwoMustAgree(String own, String other, String value, String different) {
    new TinyFolder(folder).config(own, null).config(other, value).write();
    Checkpoint renamed = Checkpoint.open(folder);
    assertThat(renamed.remarks()).isEmpty();
    assertThat(renamed.config())
        .isEqualTo(Checkpoint.open(new TinyFolder(folder).write()).config());

    new TinyFolder(folder).config(other, value).write();
    assertThat(Checkpoint.open(folder).remarks()).isEmpty();

    new TinyFolder(folder).config(other, different).write();
    refused(own + " = " + value + ", but " + other + " = " + different + REST);
  }

  @Test
  void whatNothingIsReadFromMustAgreeAsWell() {
    TinyFolder.dream(folder).config("dtype", "\"bfloat16\"").write();
    assertThat(Checkpoint.open(folder).remarks()).isEmpty();
    TinyFolder.dream(folder)
        .config("dtype", "\"bfloat16\"")
        .config("torch_dtype", "\"float32\"")
        .write();
    refused("torch_dtype = \"float32\", but dtype = \"bfloat16\"" + REST);
  }

  @Test
  void aMessageNamesTheKeyThatIsThere() {
    new TinyFolder(folder).config("n_layers", null).config("num_hidden_layers", "0").write();
    refused("num_hidden_layers = 0: must be a whole number from 1 to 1000");
  }

  @Test
  void theMaskMayStandInEitherFileAndMustNotDiffer() {
    Path generation = folder.resolve("generation_config.json");
    new TinyFolder(folder).config("mask_token_id", null).write();
    TinyFolder.write(generation, "{\"mask_token_id\": 7}");
    assertThat(Checkpoint.open(folder).config().maskTokenId()).isEqualTo(7);

    new TinyFolder(folder).write();
    refused("mask_token_id = 9, but " + generation + ": mask_token_id = 7" + REST);

    TinyFolder.write(generation, "{\"mask_token_id\": 10}");
    CheckpointTest.refused(
        folder, generation + ": mask_token_id = 10: must be a whole number from 0 to 9");
  }

  private void refused(String message) {
    CheckpointTest.refused(folder, folder.resolve("config.json") + ": " + message);
  }
}
