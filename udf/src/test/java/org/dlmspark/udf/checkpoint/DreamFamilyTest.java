package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Dream model's {@code config.json} may say, and what is answered to anything else. */
class DreamFamilyTest {
  @TempDir Path folder;

  @Test
  void readsTheConfigurationOfAGoldenFolder() {
    assertThat(Checkpoint.open(Golden.goldenModel("dream-tiny")).config())
        .isEqualTo(
            new ModelConfig(
                "dream",
                64,
                2,
                4,
                2,
                16,
                16,
                176,
                256,
                512,
                1000000.0,
                1e-6,
                NumberType.FLOAT32,
                255,
                Set.of(254),
                true,
                AuthorsSchedule.TIMESTEP,
                Attention.FULL,
                null));
  }

  @Test
  void mapsEveryTensorUnderItsNeutralName() {
    TransformerWeights weights = Checkpoint.open(Golden.goldenModel("dream-tiny")).weights();

    assertThat(weights.embedding().name()).isEqualTo("model.embed_tokens.weight");
    assertThat(weights.finalNorm().name()).isEqualTo("model.norm.weight");
    assertThat(weights.head().name()).isEqualTo("lm_head.weight");
    assertThat(weights.layers()).hasSize(2);
    LayerWeights second = weights.layers().get(1);
    String prefix = "model.layers.1.";
    assertThat(second.attentionNorm().name()).isEqualTo(prefix + "input_layernorm.weight");
    assertThat(second.query().name()).isEqualTo(prefix + "self_attn.q_proj.weight");
    assertThat(second.key().name()).isEqualTo(prefix + "self_attn.k_proj.weight");
    assertThat(second.key().shape()).containsExactly(32L, 64L);
    assertThat(second.value().name()).isEqualTo(prefix + "self_attn.v_proj.weight");
    assertThat(second.attentionOut().name()).isEqualTo(prefix + "self_attn.o_proj.weight");
    assertThat(second.mlpNorm().name()).isEqualTo(prefix + "post_attention_layernorm.weight");
    assertThat(second.feedForward().gated())
        .extracting(TensorData::name)
        .containsExactly(
            prefix + "mlp.gate_proj.weight",
            prefix + "mlp.up_proj.weight",
            prefix + "mlp.down_proj.weight");
    assertThat(second.biases())
        .extracting(TensorData::name)
        .containsExactly(
            prefix + "self_attn.q_proj.bias",
            prefix + "self_attn.k_proj.bias",
            prefix + "self_attn.v_proj.bias");
    assertThat(second.biases())
        .extracting(TensorData::shape)
        .containsExactly(List.of(64L), List.of(32L), List.of(32L));
  }

  @Test
  void biasesCountAsParameters() {
    long vocabulary = 2 * 10 * 8;
    long attention = 8 * 8 + 8 + 2 * (4 * 8 + 4) + 8 * 8;
    long mlp = 3 * 12 * 8;
    long norms = 3 * 8;
    assertThat(Checkpoint.open(TinyFolder.dream(folder).write()).weights().parameters())
        .isEqualTo(vocabulary + attention + mlp + norms);
  }

  @Test
  void aTiedHeadIsTheEmbedding() {
    TinyFolder.dream(folder)
        .config("tie_word_embeddings", "true")
        .without("lm_head.weight")
        .write();
    TransformerWeights weights = Checkpoint.open(folder).weights();
    assertThat(weights.head()).isSameAs(weights.embedding());
  }

  @Test
  void aMissingBiasIsNamed() {
    TinyFolder.dream(folder).without("model.layers.0.self_attn.k_proj.bias").write();
    CheckpointTest.refused(
        folder,
        folder.resolve("model.safetensors")
            + " has no tensor model.layers.0.self_attn.k_proj.bias of shape [4]: the weights do not"
            + " belong to this config.json, or the download is incomplete");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "hidden_act         | \"gelu\"  | \"silu\"",
        "hidden_act         | 1         | \"silu\"",
        "use_sliding_window | true      | false",
        "use_sliding_window | \"false\" | false",
        "use_mrope          | true      | false",
        "mlp_bias           | true      | false",
        "attention_bias     | false     | true",
        "alibi              | true      | false",
        "use_qk_norm        | true      | false",
        "is_causal          | true      | false",
        "logit_scale        | 0.5       | 1",
      })
  void otherArithmeticIsRefused(String key, String value, String supported) {
    TinyFolder.dream(folder).config(key, value).write();
    refused(key + " = " + value + ": not supported; only " + supported + " is");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantization_config",
        "clip_qkv",
        "attn_logit_softcapping",
        "num_local_experts",
        "mrope_section"
      })
  void keysThatChangeTheArithmeticByBeingThereAreRefused(String key) {
    TinyFolder.dream(folder).config(key, "{\"type\":\"yarn\"}").write();
    refused(key + " = {\"type\":\"yarn\"}: not supported; only models without it are");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden_act",
        "rope_scaling",
        "use_sliding_window",
        "sliding_window",
        "max_window_layers",
        "use_mrope",
        "attention_dropout",
        "architectures",
        "pad_token_id"
      })
  void otherKeysMayBeAbsent(String key) {
    TinyFolder.dream(folder).config(key, null).write();
    assertThat(Checkpoint.open(folder).config().layers()).isEqualTo(1);
  }

  /** The authors' code looks at the window only where {@code use_sliding_window} is true. */
  @Test
  void aWindowThatIsNotUsedDoesNotMatter() {
    TinyFolder.dream(folder).config("sliding_window", "4096").write();
    assertThat(Checkpoint.open(folder).config().layers()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "hidden_size             | 0     | must be a whole number from 1 to 1048576",
        "hidden_size             | 8.5   | must be a whole number from 1 to 1048576",
        "intermediate_size       | -1    | must be a whole number from 1 to 1048576",
        "num_hidden_layers       | 1001  | must be a whole number from 1 to 1000",
        "num_attention_heads     | 3     | must divide hidden_size = 8",
        "num_attention_heads     | 8     | hidden_size / num_attention_heads = 1 must be even: rotary embedding turns pairs",
        "num_key_value_heads     | 3     | must be a whole number from 1 to 2",
        "num_key_value_heads     | \"1\" | must be a whole number from 1 to 2",
        "head_dim                | 8     | must be hidden_size / num_attention_heads = 4, or absent",
        "head_dim                | 0     | must be a whole number from 1 to 1048576",
        "vocab_size              | 1     | must be a whole number from 2 to 16777216",
        "max_position_embeddings | 0     | must be a whole number from 1 to 16777216",
        "rope_theta              | \"1e6\" | must be a finite number above 0, in the range of float32",
        "rope_theta              | 1e39  | must be a finite number above 0, in the range of float32",
        "rms_norm_eps            | 1e-60 | must be a finite number above 0, in the range of float32",
        "rope_theta              | 0     | must be a finite number above 0, in the range of float32",
        "rms_norm_eps            | 1e999 | must be a finite number above 0, in the range of float32",
        "mask_token_id           | 10    | must be a whole number from 0 to 9",
        "eos_token_id            | 10    | must be a token id, or a list of them, from 0 to 9",
        "tie_word_embeddings     | 0     | must be true or false",
      })
  void valuesAreBounded(String key, String value, String reason) {
    TinyFolder.dream(folder).config(key, value).write();
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": " + key + " = ")
        .hasMessageEndingWith(": " + reason);
  }

  @Test
  void aHeadDimThatAgreesIsFine() {
    TinyFolder.dream(folder).config("head_dim", "4").write();
    assertThat(Checkpoint.open(folder).config().headDim()).isEqualTo(4);
  }

  @Test
  void keyValueHeadsDivideHeads() {
    TinyFolder.dream(folder)
        .config("num_attention_heads", "4")
        .config("num_key_value_heads", "3")
        .write();
    refused("num_key_value_heads = 3: must divide num_attention_heads = 4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "vocab_size",
        "max_position_embeddings",
        "rope_theta",
        "rms_norm_eps",
        "mask_token_id",
        "tie_word_embeddings"
      })
  void neededKeysAreNamed(String key) {
    TinyFolder.dream(folder).config(key, null).write();
    CheckpointTest.refused(
        folder,
        folder.resolve("config.json")
            + " has no value for "
            + key
            + ": download config.json anew from the model's page");
  }

  private void refused(String message) {
    CheckpointTest.refused(folder, folder.resolve("config.json") + ": " + message);
  }
}
