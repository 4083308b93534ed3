package org.dlmspark.udf.checkpoint;

import java.util.Set;

/**
 * A model's shape and constants, under names that belong to no family.
 *
 * @param family the family's name, such as {@code llada}
 * @param hiddenSize width of the residual stream
 * @param layers number of layers
 * @param heads number of query heads
 * @param kvHeads number of key and value heads; divides {@code heads}
 * @param headDim numbers per head
 * @param mlpSize width of the feed-forward part
 * @param vocabularySize rows of embedding and head
 * @param maxSequenceLength the longest sequence the model was made for, prompt and completion
 *     together, in tokens
 * @param ropeTheta base of the rotary position embedding
 * @param rmsNormEps epsilon of RMSNorm
 * @param storedType the number type most weights are stored in
 * @param maskTokenId the mask token
 * @param endTokenIds tokens that end a completion, from {@code config.json} and, where present,
 *     {@code generation_config.json}
 * @param shiftedLogits whether the token at position p is read from position p - 1 (at position 0
 *     from itself), as in a model made from an autoregressive one
 * @param timesteps whether the model's authors decode the whole region by a schedule of timesteps,
 *     and not block after block
 */
public record ModelConfig(
    String family,
    int hiddenSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int mlpSize,
    int vocabularySize,
    int maxSequenceLength,
    double ropeTheta,
    double rmsNormEps,
    NumberType storedType,
    int maskTokenId,
    Set<Integer> endTokenIds,
    boolean shiftedLogits,
    boolean timesteps) {

  /** Keeps an immutable copy of the end tokens. */
  public ModelConfig {
    endTokenIds = Set.copyOf(endTokenIds);
  }

  /**
   * What the KV buffers of all layers take.
   *
   * @param type the number type they are kept in
   * @return bytes for one token
   */
  public long cacheBytesPerToken(NumberType type) {
    return 2L * layers * kvHeads * headDim * type.bytes();
  }
}
