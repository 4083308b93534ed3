package org.dlmspark.udf.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dlmspark.udf.checkpoint.DenseLayout.TensorNames;

/**
 * LLaDA with dense layers: LLaDA-8B-Base, LLaDA-8B-Instruct, LLaDA-1.5. Keys and tensor names are
 * those of GSAI-ML/LLaDA-8B-Instruct ({@code configuration_llada.py}, {@code modeling_llada.py}).
 */
final class LladaFamily implements Family {
  private static final Arithmetic ARITHMETIC =
      new Arithmetic()
          .states("block_type", "llama")
          .states("activation_type", "silu")
          .states("layer_norm_type", "rms")
          .hasOrDefaultsTo("layer_norm_with_affine", true)
          .states("rope", true)
          .hasOrDefaultsTo("rope_full_precision", true)
          .hasOrDefaultsTo("alibi", false)
          .states("include_bias", false)
          .hasOrDefaultsTo("include_qkv_bias", false)
          .hasOrDefaultsTo("bias_for_layer_norm", false)
          .hasOrDefaultsTo("attention_layer_norm", false)
          .hasOrDefaultsTo("input_emb_norm", false)
          .hasOrDefaultsTo("scale_logits", false)
          .hasOrDefaultsTo("block_group_size", 1)
          .lacks("rope_scaling")
          .lacks("quantization_config");

  // The vocabulary projection has the leaf name of every layer's projection back.
  private static final TensorNames NAMES =
      new TensorNames(
          "model.transformer.wte.weight",
          "model.transformer.ln_f.weight",
          "model.transformer.ff_out.weight",
          "model.transformer.blocks.",
          "attn_norm.weight",
          "q_proj.weight",
          "k_proj.weight",
          "v_proj.weight",
          "attn_out.weight",
          "ff_norm.weight",
          "ff_proj.weight",
          "up_proj.weight",
          "ff_out.weight",
          List.of());

  @Override
  public String modelType() {
    return "llada";
  }

  @Override
  public ModelLayout read(ConfigFile config, Optional<ConfigFile> generation) {
    refuseMixtureOfExperts(config);
    ARITHMETIC.check(config);

    int hidden = Sizes.width(config, "d_model");
    int heads = Sizes.width(config, "n_heads");
    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int embeddingRows =
        config.has("embedding_size") ? Sizes.vocabulary(config, "embedding_size") : vocabulary;
    if (embeddingRows < vocabulary) {
      throw config.wrong("embedding_size", "must not be below vocab_size = " + vocabulary);
    }
    int mask = config.number("mask_token_id", 0, embeddingRows - 1);
    return new DenseLayout(
        "llada",
        hidden,
        Sizes.layers(config, "n_layers"),
        heads,
        keyValueHeads(config, heads),
        Sizes.headDim(config, "d_model", "n_heads"),
        mlpSize(config, hidden),
        embeddingRows,
        Sizes.sequenceLength(config, "max_sequence_length"),
        config.positive("rope_theta"),
        config.positive("rms_norm_eps"),
        mask,
        Family.endTokens(config, generation, embeddingRows, mask),
        false,
        false,
        config.flag("weight_tying"),
        NAMES);
  }

  /** LLaDA-MoE has the same {@code model_type} and is told apart by its other keys. */
  private static void refuseMixtureOfExperts(ConfigFile config) {
    boolean expertKeys =
        config.keys().stream().anyMatch(key -> key.contains("expert") || key.startsWith("moe_"));
    boolean expertClass =
        config.value("architectures").toString().toLowerCase(Locale.ROOT).contains("moe");
    if (expertKeys || expertClass) {
      throw Families.unsupported(config, "LLaDA-MoE");
    }
  }

  private static int keyValueHeads(ConfigFile config, int heads) {
    boolean single = config.has("multi_query_attention") && config.flag("multi_query_attention");
    if (!config.has("n_kv_heads")) {
      return single ? 1 : heads;
    }
    int kvHeads = Sizes.kvHeads(config, "n_kv_heads", "n_heads");
    if (single && kvHeads != 1) {
      throw config.wrong("n_kv_heads", "must be 1 or null where multi_query_attention is true");
    }
    return kvHeads;
  }

  private static int mlpSize(ConfigFile config, int hidden) {
    return config.has("mlp_hidden_size")
        ? Sizes.width(config, "mlp_hidden_size")
        : config.number("mlp_ratio", 1, Sizes.MAX_WIDTH / hidden) * hidden;
  }
}
