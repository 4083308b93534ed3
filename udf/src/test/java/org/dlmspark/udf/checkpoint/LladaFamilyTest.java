package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code config.json} may say, and what is answered to anything else. */
class LladaFamilyTest {
  @TempDir Path folder;

  @Test
  void theTinyConfigIsSound() {
    assertThat(Checkpoint.open(new TinyFolder(folder).write()).config().family())
        .isEqualTo("llada");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "block_type              | \"sequential\" | \"llama\"",
        "activation_type         | \"swiglu\"     | \"silu\"",
        "activation_type         | 1              | \"silu\"",
        "layer_norm_type         | \"low_precision\" | \"rms\"",
        "layer_norm_with_affine  | false          | true",
        "rope                    | false          | true",
        "rope_full_precision     | false          | true",
        "alibi                   | true           | false",
        "include_bias            | true           | false",
        "include_qkv_bias        | true           | false",
        "bias_for_layer_norm     | true           | false",
        "attention_layer_norm    | true           | false",
        "input_emb_norm          | true           | false",
        "scale_logits            | true           | false",
        "scale_logits            | \"false\"      | false",
        "block_group_size        | 4              | 1",
        "attention_bias          | true           | false",
        "mlp_bias                | true           | false",
        "use_sliding_window      | true           | false",
        "is_causal               | true           | false",
        "qk_layernorm            | true           | false",
        "partial_rotary_factor   | 0.5            | 1",
        "embedding_scale         | 8.0            | 1",
      })
  void otherArithmeticIsRefused(String key, String value, String supported) {
    new TinyFolder(folder).config(key, value).write();
    refused(key + " = " + value + ": not supported; only " + supported + " is");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"block_type", "activation_type", "layer_norm_type", "rope", "include_bias"})
  void arithmeticThatTheAuthorsDefaultElsewhereMustBeStated(String key) {
    new TinyFolder(folder).config(key, null).write();
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(
            folder.resolve("config.json") + " has no value for " + key + ", of which only ")
        .hasMessageEndingWith(" is supported: download config.json anew from the model's page");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "layer_norm_with_affine",
        "rope_full_precision",
        "alibi",
        "include_qkv_bias",
        "bias_for_layer_norm",
        "attention_layer_norm",
        "input_emb_norm",
        "scale_logits",
        "block_group_size",
        "multi_query_attention"
      })
  void otherKeysMayBeAbsent(String key) {
    new TinyFolder(folder).config(key, null).write();
    assertThat(Checkpoint.open(folder).config().layers()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"quantization_config", "clip_qkv", "attn_logit_softcapping", "mrope_section"})
  void keysThatChangeTheArithmeticByBeingThereAreRefused(String key) {
    new TinyFolder(folder).config(key, "{\"type\":\"x\"}").write();
    refused(key + " = {\"type\":\"x\"}: not supported; only models without it are");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "d_model             | 0        | must be a whole number from 1 to 1048576",
        "d_model             | 8.5      | must be a whole number from 1 to 1048576",
        "d_model             | \"8\"    | must be a whole number from 1 to 1048576",
        "d_model             | 99999999999 | must be a whole number from 1 to 1048576",
        "n_heads             | -2       | must be a whole number from 1 to 1048576",
        "n_heads             | 3        | must divide d_model = 8",
        "n_heads             | 8        | d_model / n_heads = 1 must be even: rotary embedding turns pairs",
        "n_kv_heads          | 3        | must be a whole number from 1 to 2",
        "n_layers            | 0        | must be a whole number from 1 to 1000",
        "n_layers            | 1001     | must be a whole number from 1 to 1000",
        "mlp_hidden_size     | 0        | must be a whole number from 1 to 1048576",
        "vocab_size          | 1        | must be a whole number from 2 to 16777216",
        "embedding_size      | 9        | must not be below vocab_size = 10",
        "max_sequence_length | 0        | must be a whole number from 1 to 16777216",
        "rope_theta          | 0        | must be a finite number above 0, in the range of float32",
        "rope_theta          | 1e999    | must be a finite number above 0, in the range of float32",
        "rope_theta          | true     | must be a finite number above 0, in the range of float32",
        "rms_norm_eps        | -1e-5    | must be a finite number above 0, in the range of float32",
        "mask_token_id       | 10       | must be a whole number from 0 to 9",
        "mask_token_id       | -1       | must be a whole number from 0 to 9",
        "eos_token_id        | 10       | must be a token id, or a list of them, from 0 to 9",
        "eos_token_id        | [8,-1]   | must be a token id, or a list of them, from 0 to 9",
        "eos_token_id        | [[8]]    | must be a token id, or a list of them, from 0 to 9",
        "eos_token_id        | {\"a\":8} | must be a token id, or a list of them, from 0 to 9",
        "weight_tying        | \"no\"   | must be true or false",
        "model_type          | 7        | must be a text",
        "head_dim            | 8        | must be d_model / n_heads = 4, or absent",
        "sliding_window      | 4096     | not supported; only models without it are",
        "layer_types | [\"full_attention\",\"sliding_attention\"] | not supported; only layers of full_attention are",
        "layer_types         | \"x\"    | not supported; only layers of full_attention are",
        "multi_query_attention | 1      | must be true or false",
      })
  void valuesAreBounded(String key, String value, String reason) {
    new TinyFolder(folder).config(key, value).write();
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": " + key + " = ")
        .hasMessageEndingWith(": " + reason);
  }

  @Test
  void keyValueHeadsDivideHeads() {
    new TinyFolder(folder).config("n_heads", "4").config("n_kv_heads", "3").write();
    refused("n_kv_heads = 3: must divide n_heads = 4");
    new TinyFolder(folder)
        .config("n_kv_heads", "2")
        .config("multi_query_attention", "true")
        .write();
    refused("n_kv_heads = 2: must be 1 or null where multi_query_attention = true");
    new TinyFolder(folder).config("multi_query_attention", "false").write();
    refused("n_kv_heads = 1: must be 2 or null where multi_query_attention = false");
  }

  @Test
  void endTokensOfGenerationConfigAreChecked() {
    new TinyFolder(folder).write();
    Path generation = folder.resolve("generation_config.json");
    TinyFolder.write(generation, "{\"eos_token_id\": [10]}");
    CheckpointTest.refused(
        folder,
        generation + ": eos_token_id = [10]: must be a token id, or a list of them, from 0 to 9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model_type",
        "d_model",
        "n_heads",
        "n_layers",
        "vocab_size",
        "max_sequence_length",
        "rope_theta",
        "rms_norm_eps",
        "mask_token_id",
        "weight_tying"
      })
  void neededKeysAreNamed(String key) {
    new TinyFolder(folder).config(key, null).write();
    CheckpointTest.refused(
        folder,
        folder.resolve("config.json")
            + " has no value for "
            + key
            + ": download config.json anew from the model's page");
  }

  @Test
  void aTokenEndsATextAndIsNotTheMask() {
    new TinyFolder(folder).config("mask_token_id", "8").write();
    CheckpointTest.refused(
        folder,
        folder
            + ": token 8 is the mask (mask_token_id, or the tokenizer's mask_token) and an end token"
            + " (eos_token_id) as well: one of the two is wrong");
    new TinyFolder(folder).config("eos_token_id", "[]").write();
    CheckpointTest.refused(
        folder,
        folder
            + " names no token that ends a text, neither by eos_token_id in config.json or"
            + " generation_config.json nor by eos_token in tokenizer_config.json: download the whole"
            + " folder");
  }

  @Test
  void mixturesOfExpertsAreToldApart() {
    // Read as LLaDA-MoE, which must state that the heads have norms.
    String refusal =
        folder.resolve("config.json")
            + " has no value for qk_layernorm, of which only true is supported: download config.json"
            + " anew from the model's page";
    new TinyFolder(folder).config("num_experts", "64").write();
    CheckpointTest.refused(folder, refusal);
    new TinyFolder(folder).config("moe_router_bias", "false").write();
    CheckpointTest.refused(folder, refusal);
    new TinyFolder(folder).config("architectures", "[\"LLaDAMoEModelLM\"]").write();
    CheckpointTest.refused(folder, refusal);
    new TinyFolder(folder).config("num_experts", "null").write();
    assertThat(Checkpoint.open(folder).config().layers()).isEqualTo(1);
  }

  @Test
  void unknownFamiliesLearnWhichAreKnown() {
    new TinyFolder(folder).config("model_type", "\"gpt2\"").write();
    refused(
        "model_type = \"gpt2\": no family of this name is known; supported: llada, llada2_moe, Dream,"
            + " sdar, sdar_moe, Fast_dLLM_Qwen, a2d-qwen3, a2d-qwen2, rnd1, qwen2");
  }

  @Test
  void theConfigIsReadBeforeTheWeightsAreLookedFor() {
    new TinyFolder(folder).config("alibi", "true").writeConfig();
    refused("alibi = true: not supported; only false is");
  }

  private void refused(String message) {
    CheckpointTest.refused(folder, folder.resolve("config.json") + ": " + message);
  }
}
