package org.dlmspark.udf.checkpoint;

import java.util.List;

/**
 * A family's names for its tensors. Those of a layer follow {@code layers}, the layer's number and
 * a dot; those of a feed-forward part follow {@code mlp} behind that.
 *
 * @param embedding the token embedding
 * @param finalNorm the norm before the vocabulary projection
 * @param head the vocabulary projection
 * @param layers what the names of all layers begin with
 * @param attentionNorm in a layer
 * @param projections of query, key and value in a layer; one name if one tensor holds all three
 * @param attentionOut in a layer
 * @param mlpNorm in a layer
 * @param mlp what the names of a feed-forward part begin with
 * @param gate in a feed-forward part
 * @param up in a feed-forward part
 * @param down in a feed-forward part
 * @param biases of query, key and value in a layer; empty where the family has none
 * @param headNorms of the query's and the key's heads in a layer; empty where the family has none
 */
record TensorNames(
    String embedding,
    String finalNorm,
    String head,
    String layers,
    String attentionNorm,
    List<String> projections,
    String attentionOut,
    String mlpNorm,
    String mlp,
    String gate,
    String up,
    String down,
    List<String> biases,
    List<String> headNorms) {

  /** Those of Hugging Face's own Qwen models, without biases and norms of heads. */
  static final TensorNames QWEN =
      new TensorNames(
          "model.embed_tokens.weight",
          "model.norm.weight",
          "lm_head.weight",
          "model.layers.",
          "input_layernorm.weight",
          List.of("self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"),
          "self_attn.o_proj.weight",
          "post_attention_layernorm.weight",
          "mlp.",
          "gate_proj.weight",
          "up_proj.weight",
          "down_proj.weight",
          List.of(),
          List.of());

  /** Qwen2's: query, key and value have biases. */
  static final TensorNames QWEN2 =
      QWEN.with(
          List.of("self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"),
          List.of());

  /** Qwen3's: the heads of query and key have norms. */
  static final TensorNames QWEN3 =
      QWEN.with(List.of(), List.of("self_attn.q_norm.weight", "self_attn.k_norm.weight"));

  private TensorNames with(List<String> ofBiases, List<String> ofHeadNorms) {
    return new TensorNames(
        embedding,
        finalNorm,
        head,
        layers,
        attentionNorm,
        projections,
        attentionOut,
        mlpNorm,
        mlp,
        gate,
        up,
        down,
        ofBiases,
        ofHeadNorms);
  }
}
