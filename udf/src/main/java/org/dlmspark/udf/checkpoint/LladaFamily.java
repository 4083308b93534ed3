package org.dlmspark.udf.checkpoint;

import java.util.List;

/**
 * LLaDA with dense layers: LLaDA-8B-Base, LLaDA-8B-Instruct, LLaDA-1.5. Keys and tensor names are
 * those of GSAI-ML/LLaDA-8B-Instruct ({@code configuration_llada.py}, {@code modeling_llada.py}).
 */
final class LladaFamily implements Family {
  private static final ConfigKeys KEYS =
      ConfigKeys.ofAnyFamily()
          .states("block_type", "llama")
          .states("activation_type", "silu")
          .states("layer_norm_type", "rms")
          .hasOrDefaultsTo("layer_norm_with_affine", true)
          .states("rope", true)
          .hasOrDefaultsTo("rope_full_precision", true)
          .states("include_bias", false)
          .hasOrDefaultsTo("include_qkv_bias", false)
          .hasOrDefaultsTo("bias_for_layer_norm", false)
          .hasOrDefaultsTo("attention_layer_norm", false)
          .hasOrDefaultsTo("input_emb_norm", false)
          .hasOrDefaultsTo("block_group_size", 1)
          .hasOrDefaultsTo("attention_bias", false)
          .lacks("sliding_window")
          .reads("d_model", "n_heads", "n_kv_heads", "n_layers", "multi_query_attention")
          .reads("mlp_hidden_size", "mlp_ratio", "embedding_size", "max_sequence_length")
          .reads("weight_tying")
          // Each belongs to another key, which turns it off.
          .ignores("alibi_bias_max", "attention_layer_norm_with_affine")
          .ignores("embedding_dropout", "residual_dropout", "flash_attention", "precision")
          .ignores("init_device", "init_fn", "init_std", "init_cutoff_factor");

  // The vocabulary projection has the leaf name of every layer's projection back.
  private static final TensorNames NAMES =
      new TensorNames(
          "model.transformer.wte.weight",
          "model.transformer.ln_f.weight",
          "model.transformer.ff_out.weight",
          "model.transformer.blocks.",
          "attn_norm.weight",
          List.of("q_proj.weight", "k_proj.weight", "v_proj.weight"),
          "attn_out.weight",
          "ff_norm.weight",
          "",
          "ff_proj.weight",
          "up_proj.weight",
          "ff_out.weight",
          List.of(),
          List.of());

  @Override
  public String modelType() {
    return "llada";
  }

  @Override
  public boolean isOf(ConfigFile config) {
    return !LladaMoeFamily.isMixture(config);
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    KEYS.check(config);

    int hidden = Sizes.width(config, "d_model");
    int heads = Sizes.width(config, "n_heads");
    int headDim = Sizes.headDim(config, "d_model", "n_heads");
    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int embeddingRows =
        config.has("embedding_size") ? Sizes.vocabulary(config, "embedding_size") : vocabulary;
    if (embeddingRows < vocabulary) {
      throw config.wrong("embedding_size", "must not be below vocab_size = " + vocabulary);
    }
    int mask = tokens.mask(embeddingRows);
    return new TransformerLayout(
        "llada",
        new TransformerLayout.Shape(
            hidden,
            Sizes.layers(config, "n_layers"),
            heads,
            keyValueHeads(config, heads),
            headDim,
            headDim,
            mlpSize(config, hidden),
            embeddingRows,
            Sizes.sequenceLength(config, "max_sequence_length"),
            Rotary.theta(config),
            config.positive("rms_norm_eps"),
            config.flag("weight_tying")),
        new TransformerLayout.Decoding(
            mask, tokens.ends(embeddingRows, mask), false, AuthorsSchedule.EVEN, Attention.FULL),
        null,
        NAMES);
  }

  @Override
  public ConfigKeys keys() {
    return KEYS;
  }

  private static int keyValueHeads(ConfigFile config, int heads) {
    boolean stated = config.has("multi_query_attention");
    int implied = stated && config.flag("multi_query_attention") ? 1 : heads;
    if (!config.has("n_kv_heads")) {
      return implied;
    }
    int kvHeads = Sizes.kvHeads(config, "n_kv_heads", "n_heads");
    if (stated && kvHeads != implied) {
      throw config.wrong(
          "n_kv_heads",
          "must be "
              + implied
              + " or null where multi_query_attention = "
              + config.value("multi_query_attention"));
    }
    return kvHeads;
  }

  private static int mlpSize(ConfigFile config, int hidden) {
    return config.has("mlp_hidden_size")
        ? Sizes.width(config, "mlp_hidden_size")
        : config.number("mlp_ratio", 1, Sizes.MAX_WIDTH / hidden) * hidden;
  }
}
