package org.dlmspark.udf.checkpoint;

import java.util.List;

/**
 * LLaDA2.0 and LLaDA2.1, mini and flash: mixtures of experts that decode block after block. Keys
 * and tensor names are those of inclusionAI/LLaDA2.0-mini ({@code configuration_llada2_moe.py},
 * {@code modeling_llada2_moe.py}).
 */
final class Llada2Family implements Family {
  /** Nothing in the folder says it: so the models were trained. */
  private static final int BLOCK = 32;

  private static final ConfigKeys KEYS =
      QwenShape.keys()
          .hasOrDefaultsTo("use_qk_norm", true)
          .hasOrDefaultsTo("score_function", "sigmoid")
          .hasOrDefaultsTo("scoring_func", "sigmoid")
          .hasOrDefaultsTo("moe_router_score_function", "sigmoid")
          .hasOrDefaultsTo("moe_router_enable_expert_bias", true)
          .states("use_bias", false)
          .hasOrDefaultsTo("norm_topk_prob", true)
          .hasOrDefaultsTo("use_qkv_bias", false)
          .hasOrDefaultsTo("use_rmsnorm", true)
          .reads("num_experts", "num_experts_per_tok", "moe_intermediate_size")
          .reads("num_shared_experts", "first_k_dense_replace", "n_group", "topk_group")
          .reads("routed_scaling_factor", "partial_rotary_factor", "rotary_dim", "expert_capacity")
          // The router is computed in float32 always.
          .ignores("router_dtype", "output_router_logits", "embedding_dropout", "output_dropout");

  private static final TensorNames NAMES =
      new TensorNames(
          "model.word_embeddings.weight",
          "model.norm.weight",
          "lm_head.weight",
          "model.layers.",
          "input_layernorm.weight",
          List.of("attention.query_key_value.weight"),
          "attention.dense.weight",
          "post_attention_layernorm.weight",
          "mlp.",
          "gate_proj.weight",
          "up_proj.weight",
          "down_proj.weight",
          List.of(),
          List.of("attention.query_layernorm.weight", "attention.key_layernorm.weight"));

  @Override
  public String modelType() {
    return "llada2_moe";
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    if (config.has("expert_capacity")) {
      throw config.wrong(
          "expert_capacity",
          "this is LLaDA2.2, whose experts are chosen block by block: not supported; LLaDA2.0 and"
              + " 2.1 are");
    }
    KEYS.check(config);

    int headDim = Sizes.headDim(config);
    double share = Rotary.share(config);
    int turned = (int) (headDim * share);
    if (turned < 2 || turned > headDim || turned % 2 != 0) {
      throw config.wrong(
          "partial_rotary_factor", "must turn an even number of the " + headDim + " of a head");
    }
    if (config.has("rotary_dim") && Sizes.width(config, "rotary_dim") != turned) {
      throw config.wrong("rotary_dim", "must be head_dim * partial_rotary_factor = " + turned);
    }
    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary, "<|mask|>");
    return new TransformerLayout(
        "llada2",
        new TransformerLayout.Shape(
            Sizes.width(config, "hidden_size"),
            Sizes.layers(config, "num_hidden_layers"),
            Sizes.width(config, "num_attention_heads"),
            Sizes.kvHeads(config, "num_key_value_heads", "num_attention_heads"),
            headDim,
            turned,
            Sizes.width(config, "intermediate_size"),
            vocabulary,
            Sizes.sequenceLength(config, "max_position_embeddings"),
            Rotary.theta(config, share),
            config.positive("rms_norm_eps"),
            config.flag("tie_word_embeddings")),
        new TransformerLayout.Decoding(
            mask,
            tokens.ends(vocabulary, mask),
            false,
            AuthorsSchedule.EVEN,
            Attention.fromStart(BLOCK, Attention.Decoding.STEPS_WITHIN_LENGTH)),
        experts(config),
        NAMES);
  }

  private static TransformerLayout.Experts experts(ConfigFile config) {
    int layers = Sizes.layers(config, "num_hidden_layers");
    int dense = config.number("first_k_dense_replace", 0, layers);
    int count = Sizes.experts(config);
    int groups = config.number("n_group", 1, count);
    int perToken = Sizes.expertsPerToken(config);
    int top = config.number("topk_group", 1, groups);
    if (count % groups != 0 || count / groups < 2 || top * (count / groups) < perToken) {
      throw config.wrong(
          "n_group",
          "must divide num_experts = "
              + count
              + " into groups of two or more, of which topk_group = "
              + top
              + " have the experts for a token");
    }
    int size = Sizes.expertWidth(config, "moe_intermediate_size");
    int shared = config.number("num_shared_experts", 0, Sizes.MAX_WIDTH / size) * size;
    return new TransformerLayout.Experts(
        new Mixture(
            count,
            perToken,
            size,
            shared,
            layers - dense,
            true,
            true,
            groups,
            top,
            config.positive("routed_scaling_factor")),
        layer -> layer >= dense,
        true);
  }

  @Override
  public ConfigKeys keys() {
    return KEYS;
  }
}
