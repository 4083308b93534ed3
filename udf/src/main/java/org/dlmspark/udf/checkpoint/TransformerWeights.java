package org.dlmspark.udf.checkpoint;

import java.util.List;
import java.util.stream.Stream;

/**
 * All weights of a model under names that belong to no family.
 *
 * @param embedding token embedding, {@code [vocabulary, hidden]}
 * @param layers the layers, first one first
 * @param finalNorm RMSNorm scale before the vocabulary projection, {@code [hidden]}
 * @param head vocabulary projection, {@code [vocabulary, hidden]}; the same object as {@code
 *     embedding} when the model ties them
 */
public record TransformerWeights(
    TensorData embedding, List<LayerWeights> layers, TensorData finalNorm, TensorData head) {

  /** Keeps an immutable copy of the list of layers. */
  public TransformerWeights {
    layers = List.copyOf(layers);
  }

  /**
   * Whether head and embedding are one stored tensor.
   *
   * @return true if the model ties them
   */
  public boolean tied() {
    return head.name().equals(embedding.name());
  }

  /**
   * The number of parameters; a tied head counts once.
   *
   * @return numbers in all tensors
   */
  public long parameters() {
    long inLayers =
        layers.stream()
            .flatMap(layer -> Stream.concat(layer.tensors().stream(), layer.biases().stream()))
            .mapToLong(TensorData::size)
            .sum();
    return embedding.size() + inLayers + finalNorm.size() + (tied() ? 0 : head.size());
  }
}
