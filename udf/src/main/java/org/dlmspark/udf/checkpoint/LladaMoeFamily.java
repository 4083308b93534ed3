package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * LLaDA-MoE: LLaDA-MoE-7B-A1B Base and Instruct. It has LLaDA's {@code model_type}, and the keys
 * and tensor names of inclusionAI/LLaDA-MoE-7B-A1B-Instruct ({@code configuration_lladamoe.py},
 * {@code modeling_lladamoe.py}), which does not divide the chosen experts' weights by their sum.
 */
final class LladaMoeFamily implements Family {
  private static final String LAYERS = "moe_layer_freq";

  private static final ConfigKeys KEYS =
      QwenShape.keys()
          .hasOrDefaultsTo("attention_bias", false)
          .states("qk_layernorm", true)
          // Qwen's code looks at them only beside a flag, and this is not Qwen's.
          .lacks("sliding_window", "max_window_layers")
          .reads("num_experts", "num_experts_per_tok", "expert_intermediate_size")
          .reads(LAYERS, "dense_intermediate_size")
          // The authors' code says one thing, whatever stands there.
          .ignores("norm_topk_prob")
          .ignores("output_router_logits", "router_aux_loss_coef");

  @Override
  public String modelType() {
    return "llada";
  }

  @Override
  public boolean isOf(ConfigFile config) {
    return isMixture(config);
  }

  /** Tells it from LLaDA with dense layers. */
  static boolean isMixture(ConfigFile config) {
    return config.keys().stream().anyMatch(key -> key.contains("expert") || key.startsWith("moe_"))
        || config.value("architectures").toString().toLowerCase(Locale.ROOT).contains("moe");
  }

  @Override
  public ModelLayout read(ConfigFile config, FolderTokens tokens) {
    KEYS.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = tokens.mask(vocabulary, "<|mask|>");
    int headDim = QwenShape.sharedHeadDim(config);
    int layers = Sizes.layers(config, "num_hidden_layers");
    JsonNode mixed = config.value(LAYERS);
    if (!mixed.isArray() || mixed.size() != layers) {
      throw config.wrong(
          LAYERS, "must be a list of a 0 (dense) or 1 (experts) for each of the layers");
    }
    for (JsonNode layer : mixed) {
      if (!layer.isInt() || layer.intValue() < 0 || layer.intValue() > 1) {
        throw config.wrong(LAYERS, "must hold 0 (dense) or 1 (experts) for each layer");
      }
    }
    IntPredicate hasExperts = layer -> mixed.get(layer).intValue() == 1;
    return new TransformerLayout(
        "llada-moe",
        new TransformerLayout.Shape(
            Sizes.width(config, "hidden_size"),
            layers,
            Sizes.width(config, "num_attention_heads"),
            Sizes.kvHeads(config, "num_key_value_heads", "num_attention_heads"),
            headDim,
            headDim,
            Sizes.width(config, "dense_intermediate_size"),
            vocabulary,
            Sizes.sequenceLength(config, "max_position_embeddings"),
            Rotary.theta(config),
            config.positive("rms_norm_eps"),
            config.flag("tie_word_embeddings")),
        new TransformerLayout.Decoding(
            mask, tokens.ends(vocabulary, mask), false, AuthorsSchedule.EVEN, Attention.FULL),
        new TransformerLayout.Experts(
            new Mixture(
                Sizes.experts(config),
                Sizes.expertsPerToken(config),
                Sizes.expertWidth(config, "expert_intermediate_size"),
                0,
                (int) IntStream.range(0, layers).filter(hasExperts).count(),
                false,
                false,
                1,
                1,
                1),
            hasExperts,
            false),
        TensorNames.QWEN3);
  }

  @Override
  public ConfigKeys keys() {
    return KEYS;
  }
}
