package org.dlmspark.udf.checkpoint;

import java.util.List;

/**
 * The weights of one pre-norm transformer layer with a gated feed-forward part. Matrices are stored
 * {@code [out, in]}, as {@code torch.nn.Linear} keeps them.
 *
 * @param attentionNorm RMSNorm scale before attention, {@code [hidden]}
 * @param query query projection, {@code [heads * headDim, hidden]}
 * @param key key projection, {@code [kvHeads * headDim, hidden]}
 * @param value value projection, {@code [kvHeads * headDim, hidden]}
 * @param attentionOut output projection, {@code [hidden, heads * headDim]}
 * @param mlpNorm RMSNorm scale before the feed-forward part, {@code [hidden]}
 * @param gate the projection that passes through SiLU, {@code [mlp, hidden]}
 * @param up the projection that is gated, {@code [mlp, hidden]}
 * @param down the projection back, {@code [hidden, mlp]}
 * @param biases what query, key and value projection add, {@code [heads * headDim]} and twice
 *     {@code [kvHeads * headDim]}; empty where the model has no biases
 */
public record LayerWeights(
    TensorData attentionNorm,
    TensorData query,
    TensorData key,
    TensorData value,
    TensorData attentionOut,
    TensorData mlpNorm,
    TensorData gate,
    TensorData up,
    TensorData down,
    List<TensorData> biases) {

  /** Keeps an immutable copy of the list of biases. */
  public LayerWeights {
    biases = List.copyOf(biases);
  }

  /**
   * The tensors that every layer has.
   *
   * @return all but the biases, in the order of the components above
   */
  public List<TensorData> tensors() {
    return List.of(attentionNorm, query, key, value, attentionOut, mlpNorm, gate, up, down);
  }
}
