package org.dlmspark.udf.checkpoint;

import java.util.List;
import java.util.stream.Stream;

/**
 * The feed-forward part of a layer: projections that every token passes through, experts that a
 * router chooses among, or both.
 *
 * @param gated what every token passes through: the projection that goes through SiLU, the one that
 *     is gated, both {@code [mlp, hidden]}, and the one back, {@code [hidden, mlp]}; empty where
 *     there are experts alone
 * @param router scores the experts, {@code [experts, hidden]}; null where there are none
 * @param routerBias added to the scores before the choice and not to the weights, {@code
 *     [experts]}; null for none
 * @param experts of each expert three projections, as above, the first expert first
 */
public record FeedForward(
    List<TensorData> gated, TensorData router, TensorData routerBias, List<TensorData> experts) {

  /** How many projections an expert has. */
  public static final int PROJECTIONS = 3;

  /** Keeps immutable copies. */
  public FeedForward {
    gated = List.copyOf(gated);
    experts = List.copyOf(experts);
  }

  /** What every token passes through, and nothing else. */
  static FeedForward dense(List<TensorData> gated) {
    return new FeedForward(gated, null, null, List.of());
  }

  /**
   * The tensors of the router, which is computed in float32 always.
   *
   * @return its weight and then its bias, as far as there are such
   */
  public Stream<TensorData> routing() {
    return Stream.of(router, routerBias).filter(tensor -> tensor != null);
  }

  /** All tensors. */
  Stream<TensorData> tensors() {
    return Stream.of(gated.stream(), routing(), experts.stream()).flatMap(each -> each);
  }
}
