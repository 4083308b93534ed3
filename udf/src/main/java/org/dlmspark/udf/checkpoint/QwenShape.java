package org.dlmspark.udf.checkpoint;

/** Reads the sizes of what was made from a Qwen model, under the keys of Hugging Face's library. */
final class QwenShape {

  private QwenShape() {}

  /** The keys that such a family reads, to which it adds its own. */
  static ConfigKeys keys() {
    return ConfigKeys.ofAnyFamily()
        .hasOrDefaultsTo("hidden_act", "silu")
        .reads("hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
        .reads("intermediate_size", "max_position_embeddings", "tie_word_embeddings")
        // The authors' code looks at them only where use_sliding_window is true.
        .ignores("sliding_window", "max_window_layers");
  }

  /** As above, of a mixture of Qwen3's kind: every layer has experts, and no other ones. */
  static ConfigKeys mixtureKeys() {
    return keys()
        .hasOrDefaultsTo("attention_bias", false)
        .hasOrDefaultsTo("decoder_sparse_step", 1)
        .hasNone("mlp_only_layers")
        .reads("num_experts", "num_experts_per_tok", "moe_intermediate_size", "norm_topk_prob")
        .ignores("output_router_logits", "router_aux_loss_coef");
  }

  /** The numbers per head where the heads share the width, as Qwen2's do. */
  static int sharedHeadDim(ConfigFile config) {
    return Sizes.headDim(config, "hidden_size", "num_attention_heads");
  }

  /**
   * Reads the sizes.
   *
   * @param config {@code config.json}
   * @param headDim numbers per head
   * @return the sizes
   */
  static TransformerLayout.Shape read(ConfigFile config, int headDim) {
    return new TransformerLayout.Shape(
        Sizes.width(config, "hidden_size"),
        Sizes.layers(config, "num_hidden_layers"),
        Sizes.width(config, "num_attention_heads"),
        Sizes.kvHeads(config, "num_key_value_heads", "num_attention_heads"),
        headDim,
        headDim,
        Sizes.width(config, "intermediate_size"),
        Sizes.vocabulary(config, "vocab_size"),
        Sizes.sequenceLength(config, "max_position_embeddings"),
        Rotary.theta(config),
        config.positive("rms_norm_eps"),
        config.flag("tie_word_embeddings"));
  }

  /** The experts of Qwen3's mixtures, chosen by softmax. */
  static TransformerLayout.Experts experts(ConfigFile config) {
    return new TransformerLayout.Experts(
        new Mixture(
            Sizes.experts(config),
            Sizes.expertsPerToken(config),
            Sizes.expertWidth(config, "moe_intermediate_size"),
            0,
            Sizes.layers(config, "num_hidden_layers"),
            false,
            config.has("norm_topk_prob") && config.flag("norm_topk_prob"),
            1,
            1,
            1),
        layer -> true,
        false);
  }
}
