package org.dlmspark.job.run;

import org.dlmspark.job.Console;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;

/**
 * What a decoder needs of its device's memory, in bytes. An estimate: PyTorch's own libraries and
 * the fragments of its allocator come on top.
 *
 * @param weights the model
 * @param cache K and V of all tokens of a full batch
 * @param step what a step holds for a while, if all tokens of a full batch are computed
 */
public record MemoryEstimate(long weights, long cache, long step) {

  /** Logits exist for so many numbers at a time, and three results of their size beside them. */
  public static final long LOGITS = 4L * (1L << 25) * 4;

  /**
   * Estimates.
   *
   * @param config the model's shape
   * @param parameters its weights
   * @param type the number type to compute in
   * @param tokens tokens of a full batch, {@code batch.max-tokens}
   * @return the estimate
   */
  public static MemoryEstimate of(
      ModelConfig config, long parameters, NumberType type, long tokens) {
    return new MemoryEstimate(
        parameters * type.bytes(),
        config.cacheBytesPerToken(type) * tokens,
        LOGITS + stepBytes(config, type) * tokens);
  }

  /**
   * What a step holds for an active token at a time: residual stream and its norm, as float32, in
   * which norms are computed; projections, gate and up, a layer's keys and values gathered twice,
   * and with experts the token before one of them and behind it, and the sum of all in float32.
   */
  public static long stepBytes(ModelConfig config, NumberType type) {
    long gathered = 4L * config.kvHeads() * config.headDim();
    long experts = config.mixture() == null ? 0 : 4;
    return ((4L + experts) * config.hiddenSize() + 3L * config.widestMlp() + gathered)
            * type.bytes()
        + 2L * config.hiddenSize() * NumberType.FLOAT32.bytes();
  }

  /** All of it. */
  public long all() {
    return weights + cache + step;
  }

  /** The parts, for people. */
  public String parts() {
    return "weights "
        + Console.size(weights)
        + ", keys and values "
        + Console.size(cache)
        + ", a step's own "
        + Console.size(step);
  }
}
