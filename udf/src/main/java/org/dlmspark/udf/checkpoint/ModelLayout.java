package org.dlmspark.udf.checkpoint;

/** What a family made of a {@code config.json}: which tensors of which shapes make the model. */
interface ModelLayout {
  /**
   * The model's shape and constants.
   *
   * @param storedType the number type most weights are stored in
   * @return the configuration
   */
  ModelConfig config(NumberType storedType);

  /**
   * Maps the weights.
   *
   * @param files the folder's tensors
   * @return the weights under neutral names
   * @throws CheckpointException if a tensor is missing, or its type or shape is wrong
   */
  TransformerWeights weights(WeightFiles files);
}
