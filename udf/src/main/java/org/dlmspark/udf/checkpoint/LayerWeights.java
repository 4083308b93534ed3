package org.dlmspark.udf.checkpoint;

import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of one pre-norm transformer layer. Matrices are stored {@code [out, in]}, as {@code
 * torch.nn.Linear} keeps them.
 *
 * @param attentionNorm RMSNorm scale before attention, {@code [hidden]}
 * @param query query projection, {@code [heads * headDim, hidden]}
 * @param key key projection, {@code [kvHeads * headDim, hidden]}
 * @param value value projection, {@code [kvHeads * headDim, hidden]}
 * @param attentionOut output projection, {@code [hidden, heads * headDim]}
 * @param mlpNorm RMSNorm scale before the feed-forward part, {@code [hidden]}
 * @param biases what query, key and value projection add, {@code [heads * headDim]} and twice
 *     {@code [kvHeads * headDim]}; empty where the model has no biases
 * @param headNorms RMSNorm scales of each query head and each key head, {@code [headDim]} both,
 *     before they are turned; empty where the model has none
 * @param feedForward what comes after attention
 */
public record LayerWeights(
    TensorData attentionNorm,
    TensorData query,
    TensorData key,
    TensorData value,
    TensorData attentionOut,
    TensorData mlpNorm,
    List<TensorData> biases,
    List<TensorData> headNorms,
    FeedForward feedForward) {

  /** Keeps immutable copies of the lists. */
  public LayerWeights {
    biases = List.copyOf(biases);
    headNorms = List.copyOf(headNorms);
  }

  /**
   * The tensors that every layer has.
   *
   * @return the first six components
   */
  public List<TensorData> common() {
    return List.of(attentionNorm, query, key, value, attentionOut, mlpNorm);
  }

  /** All tensors. */
  Stream<TensorData> tensors() {
    return Stream.of(common().stream(), biases.stream(), headNorms.stream(), feedForward.tensors())
        .flatMap(each -> each);
  }
}
