package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The families that came after LLaDA with dense layers and Dream. */
class LaterFamiliesTest {
  private static final Attention BLOCKS_OF_4 =
      new Attention(Attention.Kind.BLOCKS_FROM_START, 4, Attention.Decoding.STEPS);
  private static final Attention BLOCKS_OF_32 =
      new Attention(Attention.Kind.BLOCKS_FROM_START, 32, Attention.Decoding.SMALL_BLOCKS);
  private static final Mixture QWEN3_EXPERTS = new Mixture(16, 4, 48, 0, 2, false, true, 1, 1, 1);

  @TempDir Path folder;

  // ----- The golden folders -----

  static Stream<ModelConfig> configs() {
    return Stream.of(
        llada2(NumberType.FLOAT32),
        config(
            "llada-moe",
            2,
            4,
            4,
            16,
            176,
            50000,
            1e-5,
            Set.of(254),
            false,
            AuthorsSchedule.EVEN,
            Attention.FULL,
            new Mixture(16, 4, 48, 0, 2, false, false, 1, 1, 1)),
        config(
            "sdar",
            2,
            4,
            2,
            32,
            176,
            1e6,
            1e-6,
            Set.of(250, 254),
            false,
            AuthorsSchedule.EVEN,
            BLOCKS_OF_4,
            null),
        config(
            "sdar-moe",
            2,
            4,
            2,
            32,
            176,
            1e6,
            1e-6,
            Set.of(250, 254),
            false,
            AuthorsSchedule.EVEN,
            BLOCKS_OF_4,
            QWEN3_EXPERTS),
        config(
            "fast-dllm-v2",
            2,
            4,
            2,
            16,
            176,
            1e6,
            1e-6,
            Set.of(254),
            true,
            AuthorsSchedule.EVEN,
            BLOCKS_OF_32,
            null),
        config(
            "a2d-qwen3",
            2,
            4,
            2,
            32,
            176,
            1e6,
            1e-6,
            Set.of(254),
            false,
            AuthorsSchedule.ROUNDED,
            new Attention(Attention.Kind.UNSAID, 32, Attention.Decoding.STEPS),
            null),
        config(
            "rnd1",
            2,
            4,
            2,
            32,
            176,
            1e6,
            1e-6,
            Set.of(254),
            true,
            AuthorsSchedule.KEPT,
            Attention.FULL,
            QWEN3_EXPERTS),
        config(
            "open-dcoder",
            2,
            4,
            2,
            16,
            176,
            1e6,
            1e-6,
            Set.of(254),
            true,
            AuthorsSchedule.TIMESTEP,
            Attention.FULL,
            null));
  }

  private static ModelConfig llada2(NumberType stored) {
    return new ModelConfig(
        "llada2",
        64,
        3,
        4,
        2,
        16,
        8,
        160,
        256,
        512,
        600000,
        1e-6,
        stored,
        255,
        Set.of(254),
        false,
        AuthorsSchedule.EVEN,
        new Attention(Attention.Kind.BLOCKS_FROM_START, 32, Attention.Decoding.STEPS_WITHIN_LENGTH),
        new Mixture(16, 4, 32, 32, 2, true, true, 4, 2, 2.5));
  }

  private static ModelConfig config(
      String family,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      int mlp,
      double theta,
      double eps,
      Set<Integer> ends,
      boolean shifted,
      AuthorsSchedule schedule,
      Attention attention,
      Mixture mixture) {
    return new ModelConfig(
        family,
        64,
        layers,
        heads,
        kvHeads,
        headDim,
        headDim,
        mlp,
        256,
        512,
        theta,
        eps,
        NumberType.FLOAT32,
        255,
        ends,
        shifted,
        schedule,
        attention,
        mixture);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void aGoldenFolderIsReadAsItsConfigSays(ModelConfig config) {
    Checkpoint checkpoint = Checkpoint.open(Golden.goldenModel(config.family() + "-tiny"));
    assertThat(checkpoint.config()).isEqualTo(config);
    assertThat(checkpoint.weights().layers()).hasSize(config.layers());
    // All keys are known and all tensors are read; forward.safetensors holds no weights.
    assertThat(checkpoint.remarks())
        .containsExactly(
            "not read: forward.safetensors; the weights are those of " + "model.safetensors");
  }

  @Test
  void aShardedFolderKeepsTheRoutersBiasInItsOwnType() {
    Checkpoint checkpoint = Checkpoint.open(Golden.goldenModel("llada2-tiny-bf16-sharded"));
    assertThat(checkpoint.config()).isEqualTo(llada2(NumberType.BFLOAT16));
    FeedForward mixed = checkpoint.weights().layers().get(2).feedForward();
    assertThat(mixed.router().type()).isEqualTo(NumberType.BFLOAT16);
    assertThat(mixed.routerBias().type()).isEqualTo(NumberType.FLOAT32);
  }

  @Test
  void layersOfLlada2AreDenseOrHaveExpertsAndASharedOne() {
    TransformerWeights weights = Checkpoint.open(Golden.goldenModel("llada2-tiny")).weights();
    FeedForward dense = weights.layers().get(0).feedForward();
    assertThat(dense.router()).isNull();
    assertThat(dense.experts()).isEmpty();
    assertThat(dense.gated())
        .extracting(TensorData::shape)
        .containsExactly(List.of(160L, 64L), List.of(160L, 64L), List.of(64L, 160L));

    FeedForward mixed = weights.layers().get(1).feedForward();
    assertThat(mixed.router().shape()).containsExactly(16L, 64L);
    assertThat(mixed.routerBias().shape()).containsExactly(16L);
    assertThat(mixed.gated())
        .extracting(TensorData::name)
        .containsExactly(
            "model.layers.1.mlp.shared_experts.gate_proj.weight",
            "model.layers.1.mlp.shared_experts.up_proj.weight",
            "model.layers.1.mlp.shared_experts.down_proj.weight");
    assertThat(mixed.experts()).hasSize(16 * FeedForward.PROJECTIONS);
    assertThat(mixed.experts().get(3 * 7 + 2).name())
        .isEqualTo("model.layers.1.mlp.experts.7.down_proj.weight");
    assertThat(mixed.experts().get(3 * 7 + 2).shape()).containsExactly(64L, 32L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a2d-qwen3-tiny", "open-dcoder-tiny"})
  void aTiedHeadIsTheEmbedding(String name) {
    TransformerWeights weights = Checkpoint.open(Golden.goldenModel(name)).weights();
    assertThat(weights.head()).isSameAs(weights.embedding());
  }

  @Test
  void headsHaveNormsOrProjectionsHaveBiases() {
    LayerWeights qwen3 = Checkpoint.open(Golden.goldenModel("sdar-tiny")).weights().layers().get(1);
    assertThat(qwen3.biases()).isEmpty();
    assertThat(qwen3.headNorms())
        .extracting(TensorData::name)
        .containsExactly(
            "model.layers.1.self_attn.q_norm.weight", "model.layers.1.self_attn.k_norm.weight");
    // Heads need not share the width.
    assertThat(qwen3.attentionOut().shape()).containsExactly(64L, 4 * 32L);
    LayerWeights qwen2 =
        Checkpoint.open(Golden.goldenModel("fast-dllm-v2-tiny")).weights().layers().get(1);
    assertThat(qwen2.biases()).hasSize(3);
    assertThat(qwen2.headNorms()).isEmpty();
  }

  // ----- Query, key and value in one tensor -----

  @Test
  void queryKeyAndValueAreTheRowsOfOneTensor() {
    Path golden = Golden.goldenModel("llada2-tiny");
    LayerWeights layer = Checkpoint.open(golden).weights().layers().get(1);
    String name = "model.layers.1.attention.query_key_value.weight";
    List<TensorData> parts = List.of(layer.query(), layer.key(), layer.value());
    assertThat(parts).extracting(TensorData::name).containsOnly(name);
    assertThat(parts)
        .extracting(TensorData::shape)
        .containsExactly(List.of(64L, 64L), List.of(32L, 64L), List.of(32L, 64L));
    ByteBuffer whole = SafetensorsFile.open(golden.resolve("model.safetensors")).bytes(name);
    ByteBuffer joined = ByteBuffer.allocate(whole.remaining());
    for (TensorData part : parts) {
      assertThat(part.bytes().isDirect()).isTrue();
      assertThat(part.bytes().isReadOnly()).isTrue();
      assertThat(part.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      joined.put(part.bytes().duplicate());
    }
    assertThat(joined.flip()).isEqualTo(whole);
  }

  @Test
  void rowsAreAViewAndNoCopy() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(5 * 2 * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    TensorData tensor = new TensorData("x", NumberType.FLOAT32, List.of(5L, 2L), bytes);
    TensorData rows = tensor.rows(2, 3);
    bytes.putFloat(2 * 2 * Float.BYTES, 1.5f);
    bytes.putFloat((5 * 2 - 1) * Float.BYTES, -2);
    assertThat(rows.shape()).containsExactly(3L, 2L);
    assertThat(rows.bytes().remaining()).isEqualTo(3 * 2 * Float.BYTES);
    assertThat(rows.bytes().getFloat(0)).isEqualTo(1.5f);
    assertThat(rows.bytes().getFloat((3 * 2 - 1) * Float.BYTES)).isEqualTo(-2);
  }

  // ----- What config.json may say -----

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "llada2-tiny    | expert_capacity               | 64",
        "llada2-tiny    | n_group                       | 3",
        "llada2-tiny    | n_group                       | 16",
        "llada2-tiny    | topk_group                    | 5",
        "llada2-tiny    | score_function                | \"softmax\"",
        "llada2-tiny    | moe_router_enable_expert_bias | false",
        "llada2-tiny    | norm_topk_prob                | false",
        "llada2-tiny    | use_qk_norm                   | false",
        "llada2-tiny    | use_qkv_bias                  | true",
        "llada2-tiny    | partial_rotary_factor         | 0.2",
        "llada2-tiny    | rotary_dim                    | 16",
        "llada2-tiny    | head_dim                      | 15",
        "llada2-tiny    | clip_qkv                      | 6.0",
        "llada2-tiny    | first_k_dense_replace         | 4",
        "llada2-tiny    | num_experts_per_tok           | 17",
        "llada2-tiny    | routed_scaling_factor         | 0",
        "llada-moe-tiny | clip_qkv                      | 6.0",
        "llada-moe-tiny | router_num_group              | 2",
        "llada-moe-tiny | shared_expert_intermediate_size | 48",
        "llada-moe-tiny | moe_router_enable_expert_bias | true",
        "llada-moe-tiny | moe_router_score_function     | \"sigmoid\"",
        "llada-moe-tiny | routed_scaling_factor         | 2.5",
        "llada-moe-tiny | qk_layernorm                  | false",
        "llada-moe-tiny | attention_bias                | true",
        "llada-moe-tiny | partial_rotary_factor         | 0.5",
        "llada-moe-tiny | moe_layer_freq                | [1]",
        "llada-moe-tiny | moe_layer_freq                | [1,2]",
        "llada-moe-tiny | moe_layer_freq                | 1",
        "llada2-tiny    | use_bias                      | true",
        "llada2-tiny    | scoring_func                  | \"softmax\"",
        "llada2-tiny    | moe_router_score_function     | \"softmax\"",
        "llada2-tiny    | topk_method                   | \"noaux_tc\"",
        "llada2-tiny    | shared_expert_intermediate_size | 48",
        "llada-moe-tiny | score_function                | \"sigmoid\"",
        "llada-moe-tiny | n_group                       | 4",
        "llada-moe-tiny | num_shared_experts            | 1",
        "llada-moe-tiny | sliding_window                | 4096",
        "sdar-moe-tiny  | score_function                | \"sigmoid\"",
        "sdar-moe-tiny  | routed_scaling_factor         | 2.5",
        "sdar-moe-tiny  | n_group                       | 8",
        "sdar-moe-tiny  | topk_group                    | 2",
        "sdar-moe-tiny  | moe_router_enable_expert_bias | true",
        "sdar-moe-tiny  | n_shared_experts              | 1",
        "rnd1-tiny      | scoring_func                  | \"sigmoid\"",
        "rnd1-tiny      | expert_capacity               | 8",
        "sdar-tiny      | head_dim                      | 31",
        "sdar-tiny      | block_size                    | 0",
        "sdar-tiny      | attention_bias                | true",
        "sdar-tiny      | num_experts                   | 16",
        "sdar-moe-tiny  | mlp_only_layers               | [0]",
        "sdar-moe-tiny  | decoder_sparse_step           | 2",
        "sdar-moe-tiny  | num_experts                   | 1",
        "fast-dllm-v2-tiny | bd_size                    | 1.5",
        "fast-dllm-v2-tiny | attention_bias             | false",
        "fast-dllm-v2-tiny | head_dim                   | 32",
        "a2d-qwen3-tiny | layer_types                   | [\"sliding_attention\"]",
        "a2d-qwen3-tiny | head_dim                      | 31",
        "rnd1-tiny      | mlp_only_layers               | [0]",
        "rnd1-tiny      | is_causal                     | true",
        "open-dcoder-tiny | use_sliding_window          | true",
        "sdar-tiny      | model_type                    | \"nemotron_labs_diffusion\"",
        "sdar-tiny      | model_type                    | \"nemotron_labs_diffusion_vlm\"",
        "sdar-tiny      | model_type                    | \"diffusion_gemma\"",
        "sdar-tiny      | model_type                    | \"a2d-llama\"",
        "sdar-tiny      | model_type                    | \"qwen3\"",
      })
  void whatIsNotComputedIsRefusedInOneLineThatNamesTheKey(String name, String key, String value) {
    copy(name, config -> set(config, key, value));
    refused(folder.resolve("config.json") + ": " + key + " = " + value + ": ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sdar-tiny",
        "sdar-moe-tiny",
        "llada2-tiny",
        "llada-moe-tiny",
        "fast-dllm-v2-tiny",
        "a2d-qwen3-tiny",
        "rnd1-tiny",
        "open-dcoder-tiny"
      })
  void aStretchedRotaryEmbeddingIsRefused(String name) {
    copy(name, config -> set(config, "rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":4}"));
    refused(folder.resolve("config.json") + ": rope_scaling.rope_type = \"yarn\": not supported");
    copy(name, config -> set(config, "rope_scaling", "true"));
    refused(folder.resolve("config.json") + ": rope_scaling = true: ");
  }

  @ParameterizedTest
  @CsvSource({
    "llada2-tiny,use_bias",
    "llada2-tiny,n_group",
    "llada2-tiny,first_k_dense_replace",
    "llada-moe-tiny,qk_layernorm",
    "llada-moe-tiny,moe_layer_freq",
    "sdar-tiny,block_size",
    "sdar-tiny,head_dim",
    "sdar-moe-tiny,num_experts",
    "fast-dllm-v2-tiny,bd_size",
    "a2d-qwen3-tiny,head_dim",
  })
  void whatOnlyTheFileKnowsMustBeThere(String name, String key) {
    copy(name, config -> config.remove(key));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("config.json").toString())
        .hasMessageContaining(key);
  }

  /** The authors of LLaDA-MoE do not divide by the sum, whatever stands there. */
  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "null"})
  void lladaMoeNeverDividesByTheSum(String value) {
    copy("llada-moe-tiny", config -> set(config, "norm_topk_prob", value));
    assertThat(Checkpoint.open(folder).config().mixture().normalised()).isFalse();
  }

  /** Qwen3's mixtures divide where config.json says so, and not where it says nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"sdar-moe-tiny", "rnd1-tiny"})
  void whetherQwensMixturesDivideByTheSumIsSaid(String name) {
    copy(name, config -> {});
    assertThat(Checkpoint.open(folder).config().mixture().normalised()).isTrue();
    copy(name, config -> config.put("norm_topk_prob", false));
    assertThat(Checkpoint.open(folder).config().mixture().normalised()).isFalse();
    copy(name, config -> config.remove("norm_topk_prob"));
    assertThat(Checkpoint.open(folder).config().mixture().normalised()).isFalse();
  }

  /** The authors' configuration class has them by default. */
  @ParameterizedTest
  @ValueSource(strings = {"score_function", "use_qk_norm", "moe_router_enable_expert_bias"})
  void whatEveryLlada2HasNeedNotBeSaid(String key) {
    copy("llada2-tiny", config -> config.remove(key));
    assertThat(Checkpoint.open(folder).config())
        .isEqualTo(Checkpoint.open(Golden.goldenModel("llada2-tiny")).config());
  }

  /** Stored experts that config.json does not ask for would be missed by every token. */
  @Test
  void sharedExpertsThatTheConfigDoesNotAskForAreRefused() {
    copy("llada2-tiny", config -> config.put("num_shared_experts", 0));
    assertThatThrownBy(() -> Checkpoint.open(folder).weights())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor model.layers.1.mlp.shared_experts.down_proj.weight is there");
  }

  @Test
  void twoGenerationsOfTheLibrarySpellTheSame() {
    for (String name :
        List.of(
            "sdar-tiny",
            "sdar-moe-tiny",
            "fast-dllm-v2-tiny",
            "a2d-qwen3-tiny",
            "rnd1-tiny",
            "open-dcoder-tiny",
            "llada2-tiny",
            "llada-moe-tiny")) {
      copy(
          name,
          config -> {
            ObjectNode rope = config.putObject("rope_parameters");
            rope.put("rope_type", "default").set("rope_theta", config.remove("rope_theta"));
            if (config.has("partial_rotary_factor")) {
              rope.set("partial_rotary_factor", config.remove("partial_rotary_factor"));
            }
            if (config.has("torch_dtype")) {
              config.set("dtype", config.remove("torch_dtype"));
            } else {
              config.set("torch_dtype", config.remove("dtype"));
            }
          });
      assertThat(Checkpoint.open(folder).config())
          .isEqualTo(Checkpoint.open(Golden.goldenModel(name)).config());
      assertThat(Checkpoint.open(folder).remarks()).isEmpty();
    }
  }

  @Test
  void groupsMustHaveTheExpertsForAToken() {
    copy(
        "llada2-tiny",
        config -> {
          config.put("topk_group", 1);
          config.put("num_experts_per_tok", 5);
        });
    refused(folder.resolve("config.json") + ": n_group = 4: ");
  }

  // ----- The mask token -----

  private static final String SDAR_MASK = "<|MASK|>";

  /** SDAR's folder without a mask in config.json, and with only these files of a tokenizer. */
  private void sdar(String tokenizerConfig, String addedTokens, String tokenizer) {
    copy("sdar-tiny", config -> config.remove("mask_token_id"));
    write("tokenizer_config.json", tokenizerConfig);
    write("added_tokens.json", addedTokens);
    write("tokenizer.json", tokenizer);
  }

  private void write(String name, String text) {
    try {
      Files.deleteIfExists(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (text != null) {
      TinyFolder.write(folder.resolve(name), text);
    }
  }

  private int mask() {
    return Checkpoint.open(folder).config().maskTokenId();
  }

  @Test
  void theTokenizerNamesTheMaskAsAText() {
    sdar("{\"mask_token\":\"<m>\"}", null, addedTokens("<m>", 201));
    assertThat(mask()).isEqualTo(201);
  }

  @Test
  void theTokenizerNamesTheMaskAsAnObject() {
    sdar(
        "{\"mask_token\":{\"content\":\"<m>\",\"lstrip\":false,\"special\":true}}",
        null,
        addedTokens("<m>", 201));
    assertThat(mask()).isEqualTo(201);
  }

  @Test
  void theTokenizersConfigGoesBeforeTheListOfAddedTokens() {
    sdar(
        "{\"mask_token\":\"" + SDAR_MASK + "\",\"added_tokens_decoder\":" + decoder(200) + "}",
        "{\"" + SDAR_MASK + "\":202}",
        addedTokens(SDAR_MASK, 201));
    assertThat(mask()).isEqualTo(200);
  }

  /** SDAR's two files call the same token by two names. */
  @Test
  void anotherNameInTheListOfAddedTokensDoesNotMatter() {
    sdar(
        "{\"mask_token\":\"" + SDAR_MASK + "\",\"added_tokens_decoder\":" + decoder(200) + "}",
        "{\"<MASK>\":200}",
        null);
    assertThat(mask()).isEqualTo(200);
    // Where no file says which token is the mask, it is the one of the usual name.
    sdar("{\"added_tokens_decoder\":" + decoder(200) + "}", "{\"<MASK>\":203}", null);
    assertThat(mask()).isEqualTo(200);
  }

  @Test
  void theTokenizerItselfGoesBeforeTheListOfAddedTokens() {
    sdar(null, "{\"" + SDAR_MASK + "\":202}", addedTokens(SDAR_MASK, 201));
    assertThat(mask()).isEqualTo(201);
    sdar(null, "{\"" + SDAR_MASK + "\":202}", null);
    assertThat(mask()).isEqualTo(202);
  }

  @Test
  void theConfigsOwnNumberGoesBeforeAllNames() {
    sdar("{\"mask_token\":\"<m>\"}", null, addedTokens("<m>", 201));
    TinyFolder.write(folder.resolve("generation_config.json"), "{\"mask_token_id\":204}");
    assertThat(mask()).isEqualTo(204);
    copy("sdar-tiny", config -> config.put("mask_token_id", 205));
    TinyFolder.write(folder.resolve("generation_config.json"), "{\"mask_token_id\":204}");
    refused(folder.resolve("config.json") + ": mask_token_id = 205, but ");
  }

  @Test
  void aNameThatNoListHasIsNoMask() {
    sdar("{\"mask_token\":\"<m>\"}", "{\"<MASK>\":203}", addedTokens(SDAR_MASK, 201));
    refused(folder.resolve("tokenizer_config.json") + ": mask_token = ");
    sdar("{}", "{\"<MASK>\":203}", null);
    refused(folder + " names no mask token, neither by mask_token_id in config.json nor by ");
  }

  @Test
  void aMaskOutsideOfTheVocabularyIsNone() {
    sdar(null, null, addedTokens(SDAR_MASK, 256));
    refused(folder + ": the tokenizer's mask_token <|MASK|> is token 256, and the vocabulary of ");
  }

  @Test
  void aMaskThatIsAnEndTokenIsRefused() {
    sdar(null, null, addedTokens(SDAR_MASK, 254));
    refused(folder + ": token 254 is the mask ");
  }

  /** A Qwen2 folder is a diffusion model only if its tokenizer has a mask token. */
  @Test
  void aQwen2FolderWithoutAMaskTokenIsRefused() {
    copy("open-dcoder-tiny", config -> {});
    write("tokenizer_config.json", "{\"eos_token\":\"<|eos|>\"}");
    refused(folder + " names no mask token, neither by mask_token_id in config.json nor by ");
    write("tokenizer_config.json", "{\"mask_token\":null}");
    refused(folder + " names no mask token, neither by mask_token_id in config.json nor by ");
  }

  /** Its tokenizer need not say which token is the mask: it has LLaDA2's. */
  @Test
  void lladaMoesMaskHasAUsualName() {
    copy("llada-moe-tiny", config -> {});
    write("tokenizer_config.json", "{}");
    assertThat(mask()).isEqualTo(255);
  }

  @Test
  void endTokensMayComeFromTheTokenizerToo() {
    copy("llada2-tiny", config -> {});
    write("tokenizer_config.json", "{\"mask_token\":\"<|mask|>\",\"eos_token\":\"<|unk|>\"}");
    assertThat(Checkpoint.open(folder).config().endTokenIds()).containsExactly(251);
    write("tokenizer_config.json", "{\"mask_token\":\"<|mask|>\"}");
    refused(
        folder + " names no token that ends a text, neither by eos_token_id in config.json or ");
  }

  private static String decoder(int id) {
    return "{\"7\":{\"content\":\"x\"},\"" + id + "\":{\"content\":\"" + SDAR_MASK + "\"}}";
  }

  private static String addedTokens(String content, int id) {
    return "{\"added_tokens\":[{\"id\":7,\"content\":\"x\"},{\"id\":"
        + id
        + ",\"content\":\""
        + content
        + "\"}]}";
  }

  // ----- Copies of golden folders -----

  /** A golden folder's configuration, changed, with its weights and its tokenizer. */
  private void copy(String name, Consumer<ObjectNode> change) {
    try (Stream<Path> old = Files.list(folder)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (Stream<Path> files = Files.list(Golden.goldenModel(name))) {
      for (Path file : files.toList()) {
        String fileName = file.getFileName().toString();
        if (!fileName.startsWith("cases") && !fileName.startsWith("forward")) {
          Files.copy(file, folder.resolve(fileName));
        }
      }
      Path json = folder.resolve("config.json");
      ObjectNode config = (ObjectNode) TinyFolder.JSON.readTree(json.toFile());
      change.accept(config);
      TinyFolder.write(json, config.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void set(ObjectNode config, String key, String json) {
    config.set(key, TinyFolder.object("{\"value\":" + json + "}").get("value"));
  }

  private void refused(String beginning) {
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(beginning)
        .hasMessageNotContaining("\n");
  }
}
