package org.dlmspark.udf.checkpoint;

/**
 * How a model's router chooses experts for a token, and weighs them.
 *
 * @param experts how many a layer has, if it has any
 * @param perToken how many of them a token passes through
 * @param size width of an expert
 * @param shared width of what every token passes through beside them; 0 for nothing
 * @param layers how many layers have experts
 * @param sigmoid whether an expert's score is the sigmoid of its logit; else the softmax over all
 * @param normalised whether the weights of the chosen are divided by their sum
 * @param groups how many equal runs the experts lie in; 1 for no groups
 * @param topGroups from how many groups, those whose two best have the highest sum, experts are
 *     chosen
 * @param scale what the weights are multiplied by
 */
public record Mixture(
    int experts,
    int perToken,
    int size,
    int shared,
    int layers,
    boolean sigmoid,
    boolean normalised,
    int groups,
    int topGroups,
    double scale) {

  /**
   * Width of all that a token passes through in a layer with experts.
   *
   * @return the sum of the widths
   */
  int width() {
    return perToken * size + shared;
  }
}
