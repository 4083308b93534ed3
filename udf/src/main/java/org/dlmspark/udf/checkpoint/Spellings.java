package org.dlmspark.udf.checkpoint;

import java.util.Map;
import java.util.Optional;

/**
 * The values of a {@code config.json} that have two names: LLaDA's authors and Hugging Face's
 * library call them differently, or two generations of the library do. A folder that passed through
 * more than one hand may hold both.
 */
final class Spellings {
  private static final Map<String, String> OTHER =
      Map.of(
          "d_model", "hidden_size",
          "n_layers", "num_hidden_layers",
          "n_heads", "num_attention_heads",
          "n_kv_heads", "num_key_value_heads",
          "mlp_hidden_size", "intermediate_size",
          "max_sequence_length", "max_position_embeddings",
          "activation_type", "hidden_act",
          "weight_tying", "tie_word_embeddings",
          "torch_dtype", "dtype");

  private Spellings() {}

  /**
   * The other name of a value.
   *
   * @param key one name
   * @return the other; empty if it has none
   */
  static Optional<String> other(String key) {
    return OTHER.entrySet().stream()
        .filter(pair -> pair.getKey().equals(key) || pair.getValue().equals(key))
        .map(pair -> pair.getKey().equals(key) ? pair.getValue() : pair.getKey())
        .findFirst();
  }

  /**
   * Checks that no value is there twice with different contents.
   *
   * @param config {@code config.json}
   * @throws CheckpointException if one is; names both keys and what they hold
   */
  static void check(ConfigFile config) {
    OTHER.forEach(config::requireSame);
  }
}
