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
 * @param rotaryDim how many numbers of a head, the first ones, the rotary embedding turns
 * @param mlpSize width of the feed-forward part that every token passes through; of a dense layer
 *     where a model has such
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
 * @param schedule how many tokens the model's authors decode at each step
 * @param attention how far a position sees
 * @param mixture how experts are chosen; null where no layer has any
 */
public record ModelConfig(
    String family,
    int hiddenSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int rotaryDim,
    int mlpSize,
    int vocabularySize,
    int maxSequenceLength,
    double ropeTheta,
    double rmsNormEps,
    NumberType storedType,
    int maskTokenId,
    Set<Integer> endTokenIds,
    boolean shiftedLogits,
    AuthorsSchedule schedule,
    Attention attention,
    Mixture mixture) {

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

  /**
   * Width of all the feed-forward parts that a token passes through.
   *
   * @return the sum over all layers
   */
  public long mlpWidths() {
    return mixture == null
        ? (long) layers * mlpSize
        : (long) (layers - mixture.layers()) * mlpSize + (long) mixture.layers() * mixture.width();
  }

  /**
   * Width of the widest of them.
   *
   * @return the most over all layers
   */
  public int widestMlp() {
    return mixture == null
        ? mlpSize
        : mixture.layers() < layers ? Math.max(mlpSize, mixture.width()) : mixture.width();
  }
}
