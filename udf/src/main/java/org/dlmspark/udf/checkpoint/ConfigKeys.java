package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is known of the keys of a {@code config.json}: some must hold the one value that the
 * denoising step computes with, since any other would give wrong text silently; some are read
 * elsewhere; the rest has no effect on a completion. Filled once, then only read.
 */
final class ConfigKeys {
  /** What a key must hold, and whether the authors' own default is something else. */
  private record Wanted(JsonNode value, boolean mustBeStated) {}

  private static final JsonNode FULL_ATTENTION = TextNode.valueOf("full_attention");

  private final Map<String, Wanted> values = new LinkedHashMap<>();
  private final Set<String> absent = new LinkedHashSet<>();
  private final Set<String> nothing = new LinkedHashSet<>();
  private final Set<String> others = new HashSet<>();

  /**
   * A table of the keys that mean the same to every family. A family adds its own, and may say
   * otherwise of these.
   */
  static ConfigKeys ofAnyFamily() {
    return new ConfigKeys()
        .hasOrDefaultsTo("partial_rotary_factor", 1)
        .hasOrDefaultsTo("rotary_pct", 1)
        .hasOrDefaultsTo("rope_interleave", false)
        .hasOrDefaultsTo("rope_interleaved", false)
        .hasOrDefaultsTo("use_mrope", false)
        .hasOrDefaultsTo("alibi", false)
        .hasOrDefaultsTo("use_sliding_window", false)
        .hasOrDefaultsTo("is_causal", false)
        .hasOrDefaultsTo("qk_layernorm", false)
        .hasOrDefaultsTo("qk_norm", false)
        .hasOrDefaultsTo("use_qk_norm", false)
        .hasOrDefaultsTo("mlp_bias", false)
        .hasOrDefaultsTo("use_bias", false)
        .hasOrDefaultsTo("norm_head", false)
        .hasOrDefaultsTo("parallel_attn", false)
        .hasOrDefaultsTo("use_parallel_residual", false)
        .hasOrDefaultsTo("add_cross_attention", false)
        .hasOrDefaultsTo("is_encoder_decoder", false)
        .hasOrDefaultsTo("scale_embeddings", false)
        .hasOrDefaultsTo("scale_logits", false)
        .hasOrDefaultsTo("scale_emb", 1)
        .hasOrDefaultsTo("embedding_scale", 1)
        .hasOrDefaultsTo("embedding_multiplier", 1)
        .hasOrDefaultsTo("residual_multiplier", 1)
        .hasOrDefaultsTo("logit_scale", 1)
        .hasOrDefaultsTo("logits_scaling", 1)
        .lacks("attention_multiplier", "query_pre_attn_scalar", "scale_depth", "dim_model_base")
        .lacks("attn_logit_softcapping", "final_logit_softcapping", "clip_qkv")
        .lacks("attention_chunk_size", "mrope_section", "rotary_dim")
        .lacks("num_experts", "num_local_experts", "n_routed_experts", "moe_intermediate_size")
        .hasOrDefaultsTo("score_function", "softmax")
        .hasOrDefaultsTo("scoring_func", "softmax")
        .hasOrDefaultsTo("moe_router_score_function", "softmax")
        .hasOrDefaultsTo("moe_router_enable_expert_bias", false)
        .hasOrDefaultsTo("topk_method", "greedy")
        .hasOrDefaultsTo("routed_scaling_factor", 1)
        .hasOrDefaultsTo("n_group", 1)
        .hasOrDefaultsTo("topk_group", 1)
        .hasOrDefaultsTo("num_shared_experts", 0)
        .hasOrDefaultsTo("n_shared_experts", 0)
        .lacks("shared_expert_intermediate_size", "router_num_group", "router_topk_group")
        .lacks("expert_capacity", "quantization_config", "compression_config")
        .reads("model_type", "architectures", "rope_theta", "rope_scaling", "rope_parameters")
        .reads("head_dim", "layer_types", "rms_norm_eps", "vocab_size")
        .reads("mask_token_id", "eos_token_id")
        // What weights are stored in, they say themselves.
        .ignores("torch_dtype", "auto_map", "transformers_version", "use_cache", "_name_or_path")
        .ignores("_attn_implementation", "_attn_implementation_autoset", "attn_implementation")
        .ignores("attention_dropout", "initializer_range", "pretraining_tp")
        .ignores("bos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id")
        .ignores("tokenizer_class", "prefix", "problem_type", "task_specific_params")
        .ignores("id2label", "label2id", "num_labels", "finetuning_task")
        .ignores("output_attentions", "output_hidden_states", "return_dict", "torchscript")
        .ignores("chunk_size_feed_forward", "gradient_checkpointing", "is_decoder")
        .ignores("cross_attention_hidden_size", "tie_encoder_decoder", "unsloth_version")
        // How to generate, which the settings of the run say.
        .ignores("max_length", "min_length", "max_new_tokens", "do_sample", "early_stopping")
        .ignores("num_beams", "num_beam_groups", "num_return_sequences", "diversity_penalty")
        .ignores("temperature", "top_k", "top_p", "typical_p", "remove_invalid_values")
        .ignores("repetition_penalty", "length_penalty", "encoder_no_repeat_ngram_size")
        .ignores("no_repeat_ngram_size", "bad_words_ids", "suppress_tokens")
        .ignores("begin_suppress_tokens", "forced_bos_token_id", "forced_eos_token_id")
        .ignores("exponential_decay_length_penalty", "return_dict_in_generate", "output_scores");
  }

  /** Notes a text that the authors default to something else: the file must state it. */
  ConfigKeys states(String key, String value) {
    return note(key, new Wanted(TextNode.valueOf(value), true));
  }

  /** Notes a flag that the authors default to something else: the file must state it. */
  ConfigKeys states(String key, boolean value) {
    return note(key, new Wanted(BooleanNode.valueOf(value), true));
  }

  /** Notes a text that an absent key means too. */
  ConfigKeys hasOrDefaultsTo(String key, String value) {
    return note(key, new Wanted(TextNode.valueOf(value), false));
  }

  /** Notes a flag that an absent key means too. */
  ConfigKeys hasOrDefaultsTo(String key, boolean value) {
    return note(key, new Wanted(BooleanNode.valueOf(value), false));
  }

  /** Notes a number that the authors default to something else: the file must state it. */
  ConfigKeys states(String key, int value) {
    return note(key, new Wanted(IntNode.valueOf(value), true));
  }

  /** Notes a number that an absent key means too. */
  ConfigKeys hasOrDefaultsTo(String key, int value) {
    return note(key, new Wanted(IntNode.valueOf(value), false));
  }

  /** Notes keys that change the arithmetic by being there at all. */
  ConfigKeys lacks(String... keys) {
    absent.addAll(List.of(keys));
    return this;
  }

  /** Notes keys that hold nothing, be it null, false or a list of none. */
  ConfigKeys hasNone(String... keys) {
    nothing.addAll(List.of(keys));
    return this;
  }

  /** Notes keys that the family reads for itself, whatever is said of them above. */
  ConfigKeys reads(String... keys) {
    List<String> read = List.of(keys);
    others.addAll(read);
    read.forEach(absent::remove);
    values.keySet().removeAll(read);
    return this;
  }

  /** Notes keys that change no completion: those of training, of loading, and of other programs. */
  ConfigKeys ignores(String... keys) {
    return reads(keys);
  }

  private ConfigKeys note(String key, Wanted wanted) {
    values.put(key, wanted);
    return this;
  }

  /**
   * Checks a model's configuration.
   *
   * @param config {@code config.json}
   * @throws CheckpointException if it asks for other arithmetic; names the key and what would do
   */
  void check(ConfigFile config) {
    values.forEach(
        (key, wanted) -> {
          if (config.has(key) || wanted.mustBeStated()) {
            config.require(key, wanted.value());
          }
        });
    for (String key : absent) {
      if (config.has(key)) {
        throw config.wrong(key, "not supported; only models without it are");
      }
    }
    for (String key : nothing) {
      JsonNode value = config.value(key);
      if (config.has(key)
          && !value.equals(BooleanNode.FALSE)
          && !(value.isArray() && value.isEmpty())) {
        throw config.wrong(key, "not supported; only models without it are");
      }
    }
    if (config.has("layer_types")) {
      JsonNode types = config.value("layer_types");
      for (JsonNode type : types.isArray() ? types : List.of(types)) {
        if (!type.equals(FULL_ATTENTION)) {
          throw config.wrong("layer_types", "not supported; only layers of full_attention are");
        }
      }
    }
  }

  /**
   * The keys of which nothing is known.
   *
   * @param config {@code config.json}
   * @return those that hold a value, in the file's order
   */
  List<String> unknown(ConfigFile config) {
    return config.keys().stream().filter(key -> !isKnown(key)).toList();
  }

  private boolean isKnown(String key) {
    return Stream.concat(Stream.of(key), Spellings.other(key).stream())
        .anyMatch(
            name ->
                others.contains(name)
                    || values.containsKey(name)
                    || absent.contains(name)
                    || nothing.contains(name));
  }
}
