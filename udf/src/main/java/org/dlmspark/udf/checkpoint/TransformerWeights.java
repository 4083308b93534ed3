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
    return tensors().mapToLong(TensorData::size).sum();
  }

  /**
   * The number of parameters that a token meets: of the experts only as many as it passes through.
   *
   * @param perToken experts that a token passes through
   * @return numbers in these tensors
   */
  public long activeParameters(int perToken) {
    long idle = 0;
    for (LayerWeights layer : layers) {
      List<TensorData> experts = layer.feedForward().experts();
      idle +=
          experts.stream()
              .skip((long) FeedForward.PROJECTIONS * perToken)
              .mapToLong(TensorData::size)
              .sum();
    }
    return parameters() - idle;
  }

  /**
   * The size of all tensors as they are stored.
   *
   * @return bytes
   */
  public long storedBytes() {
    return tensors().mapToLong(tensor -> tensor.size() * tensor.type().bytes()).sum();
  }

  /** Every stored tensor that the model is made of, a tied head left out. */
  Stream<TensorData> tensors() {
    Stream<TensorData> inLayers = layers.stream().flatMap(LayerWeights::tensors);
    Stream<TensorData> others =
        tied() ? Stream.of(embedding, finalNorm) : Stream.of(embedding, finalNorm, head);
    return Stream.concat(inLayers, others);
  }
}
