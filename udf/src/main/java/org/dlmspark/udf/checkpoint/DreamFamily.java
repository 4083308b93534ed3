package org.dlmspark.udf.checkpoint;

import java.util.List;
import java.util.Optional;
import org.dlmspark.udf.checkpoint.DenseLayout.TensorNames;

/**
 * Dream: Dream-v0-7B Base and Instruct, Dream-Coder, DiffuCoder. A Qwen2 model made bidirectional;
 * keys and tensor names are those of Dream-org/Dream-v0-Instruct-7B ({@code
 * configuration_dream.py}, {@code modeling_dream.py}).
 */
final class DreamFamily implements Family {
  private static final ConfigKeys KEYS =
      ConfigKeys.ofAnyFamily()
          .hasOrDefaultsTo("hidden_act", "silu")
          .hasOrDefaultsTo("attention_bias", true)
          .reads("hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
          .reads("intermediate_size", "max_position_embeddings", "tie_word_embeddings")
          // The authors' code looks at them only where use_sliding_window is true.
          .ignores("sliding_window", "max_window_layers");

  private static final TensorNames NAMES =
      new TensorNames(
          "model.embed_tokens.weight",
          "model.norm.weight",
          "lm_head.weight",
          "model.layers.",
          "input_layernorm.weight",
          "self_attn.q_proj.weight",
          "self_attn.k_proj.weight",
          "self_attn.v_proj.weight",
          "self_attn.o_proj.weight",
          "post_attention_layernorm.weight",
          "mlp.gate_proj.weight",
          "mlp.up_proj.weight",
          "mlp.down_proj.weight",
          List.of("self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"));

  @Override
  public String modelType() {
    return "Dream";
  }

  @Override
  public ModelLayout read(ConfigFile config, Optional<ConfigFile> generation) {
    KEYS.check(config);

    int vocabulary = Sizes.vocabulary(config, "vocab_size");
    int mask = Family.maskToken(config, generation, vocabulary);
    return new DenseLayout(
        "dream",
        Sizes.width(config, "hidden_size"),
        Sizes.layers(config, "num_hidden_layers"),
        Sizes.width(config, "num_attention_heads"),
        Sizes.kvHeads(config, "num_key_value_heads", "num_attention_heads"),
        Sizes.headDim(config, "hidden_size", "num_attention_heads"),
        Sizes.width(config, "intermediate_size"),
        vocabulary,
        Sizes.sequenceLength(config, "max_position_embeddings"),
        Rotary.theta(config),
        config.positive("rms_norm_eps"),
        mask,
        Family.endTokens(config, generation, vocabulary, mask),
        true,
        true,
        config.flag("tie_word_embeddings"),
        NAMES);
  }

  @Override
  public ConfigKeys keys() {
    return KEYS;
  }
}
