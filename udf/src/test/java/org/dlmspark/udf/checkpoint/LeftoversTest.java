package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in a folder and is not read: told, or refused. */
class LeftoversTest {
  @TempDir Path folder;

  @Test
  void keysThatNobodyKnowsAreTold() {
    new TinyFolder(folder).config("flux", "0.5").config("old", "null").write();
    told(
        "config.json has keys that are not known and not looked at: flux; if one changes what the"
            + " model computes, completions are wrong");
    TinyFolder.dream(folder).config("flux", "0.5").write();
    assertThat(Checkpoint.open(folder).remarks()).hasSize(1);
  }

  /** As the authors' own folders have them, with what Hugging Face's library adds. */
  @ParameterizedTest
  @CsvSource({
    "alibi_bias_max,8.0",
    "attention_layer_norm_with_affine,true",
    "embedding_dropout,0.0",
    "flash_attention,false",
    "init_cutoff_factor,null",
    "init_fn,\"mitchell\"",
    "mlp_ratio,4",
    "pad_token_id,8",
    "precision,\"amp_bf16\"",
    "residual_dropout,0.1",
    "transformers_version,\"4.46.3\"",
    "use_cache,false",
    "torch_dtype,\"bfloat16\"",
    "partial_rotary_factor,1.0",
  })
  void keysWithoutEffectAreNot(String key, String value) {
    new TinyFolder(folder).config(key, value).write();
    assertThat(Checkpoint.open(folder).remarks()).isEmpty();
  }

  @Test
  void tensorsThatTheConfigDoesNotAskForAreTold() {
    new TinyFolder(folder).shape("model.transformer.extra.weight", 3).write();
    told(
        "1 stored tensor is not read, since config.json does not ask for it:"
            + " model.transformer.extra.weight");

    String next = "model.layers.1.";
    TinyFolder.dream(folder)
        .shape(next + "self_attn.q_proj.weight", 8, 8)
        .shape(next + "self_attn.q_proj.bias", 8)
        .shape(next + "self_attn.q_norm.weight", 4)
        .shape("model.layers.0.self_attn.rotary_emb.inv_freq", 2)
        .write();
    told(
        "4 stored tensors are not read, since config.json does not ask for them:"
            + " model.layers.0.self_attn.rotary_emb.inv_freq, model.layers.1.self_attn.q_norm.weight,"
            + " model.layers.1.self_attn.q_proj.bias and 1 more");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.transformer.blocks.0.q_proj.bias",
        "model.transformer.blocks.0.attn_norm.bias",
        "model.transformer.blocks.0.ff_out.bias",
        "model.transformer.blocks.0.q_norm.weight",
        "model.transformer.blocks.0.v_proj.weight_scale",
        "model.transformer.blocks.0.v_proj.lora_A.default.weight",
        "model.transformer.ln_f.bias",
        "model.transformer.ff_out.bias",
      })
  void tensorsThatWouldChangeTheTextAreRefused(String name) {
    new TinyFolder(folder).shape(name, 8).write();
    CheckpointTest.refused(
        folder,
        folder.resolve("model.safetensors")
            + ": tensor "
            + name
            + " is there, and a model of this config.json has none of that name: without it the"
            + " text would be wrong, so the weights and config.json are not of one model, or it is"
            + " one that is not supported");
  }

  @Test
  void aStoredHeadMustEqualTheEmbeddingThatItIsTiedTo() throws IOException {
    TinyFolder tied = TinyFolder.dream(folder).config("tie_word_embeddings", "true");
    tied.write();
    told("1 stored tensor is not read, since config.json does not ask for it: lm_head.weight");

    byte[] weights = Files.readAllBytes(tied.weights());
    weights[weights.length - 1] = 64;
    Files.write(tied.weights(), weights);
    CheckpointTest.refused(
        folder,
        tied.weights()
            + ": tensor lm_head.weight differs from model.embed_tokens.weight, though config.json"
            + " says that the two are tied: set tie_word_embeddings or weight_tying there to what"
            + " the model was trained with");
  }

  @Test
  void otherWeightFilesAreTold() throws IOException {
    new TinyFolder(folder).write();
    for (String file :
        new String[] {"pytorch_model.bin", "model.gguf", "a.safetensors", "x.index.json"}) {
      Files.createFile(folder.resolve(file));
    }
    told(
        "not read: a.safetensors, model.gguf, pytorch_model.bin and 1 more; the weights are those"
            + " of model.safetensors");
  }

  @Test
  void adaptersAreTold() throws IOException {
    new TinyFolder(folder).write();
    Files.createFile(folder.resolve("adapter_config.json"));
    Files.createFile(folder.resolve("adapter_model.safetensors"));
    told(
        "the adapter in the folder is not applied (adapter_config.json, adapter_model.safetensors):"
            + " merge it into the weights and save them, or remove it");
    Files.delete(folder.resolve("config.json"));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .hasMessageEndingWith(
            "has no config.json in it: it holds an adapter; merge that into its model and save the"
                + " two together");
  }

  @Test
  void aTensorInTwoShardsMustBeTheSame() throws IOException {
    TinyFolder tiny = new TinyFolder(folder);
    tiny.writeConfig();
    byte[] shard = tiny.safetensors(tiny.header());
    TinyFolder.write(folder.resolve("a.safetensors"), shard);
    TinyFolder.write(folder.resolve("b.safetensors"), shard);
    StringBuilder map = new StringBuilder("{\"weight_map\": {");
    tiny.header()
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.startsWith("__")) {
                String file = name.equals(TinyFolder.HEAD) ? "b" : "a";
                map.append("\"%s\": \"%s.safetensors\",".formatted(name, file));
              }
            });
    map.setCharAt(map.length() - 1, '}');
    TinyFolder.write(folder.resolve("model.safetensors.index.json"), map + "}");
    assertThat(Checkpoint.open(folder).remarks()).isEmpty();

    shard[shard.length - 1] = 64;
    TinyFolder.write(folder.resolve("b.safetensors"), shard);
    CheckpointTest.refused(
        folder,
        folder.resolve("a.safetensors")
            + ": tensor "
            + TinyFolder.HEAD
            + " is in b.safetensors as well, with other values: shards of different models or"
            + " downloads; download them again");
  }

  @Test
  void aModelOfACacheIsToldApartFromItsSnapshot() throws IOException {
    Files.createDirectories(folder.resolve("snapshots").resolve("1a2b3c"));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .hasMessageEndingWith(
            "has no config.json in it: it is a model of a Hugging Face cache; name the folder below"
                + " its snapshots");
  }

  private void told(String remark) {
    assertThat(Checkpoint.open(folder).remarks()).containsExactly(remark);
  }
}
