package org.dlmspark.udf.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.FeedForward;
import org.dlmspark.udf.checkpoint.LayerWeights;
import org.dlmspark.udf.checkpoint.Mixture;
import org.dlmspark.udf.checkpoint.ModelConfig;

/**
 * What the program is told of a model's shape, as {@code denoising_step.py} describes it.
 *
 * @param constants heads, heads of keys and values, numbers of a head, the mask token, and how many
 *     logits may exist at a time
 * @param endTokens the tokens that end a completion, in ascending order
 * @param mixture the router's; zeros without experts
 * @param plan for each layer how many tensors are its own in the lists of gated projections,
 *     routers and experts
 * @param numbers the epsilon of the norms, and the router's scale
 */
record ProgramNumbers(
    List<Long> constants,
    List<Long> endTokens,
    List<Long> mixture,
    List<Long> plan,
    List<Double> numbers) {

  /** Bounds the logits that exist at a time: numbers, 128 MiB in float32. */
  private static final long LOGIT_CELLS = 1L << 25;

  static ProgramNumbers of(Checkpoint checkpoint) {
    ModelConfig config = checkpoint.config();
    Mixture mixture = config.mixture();
    return new ProgramNumbers(
        list(config.heads(), config.kvHeads(), config.headDim(), config.maskTokenId(), LOGIT_CELLS),
        config.endTokenIds().stream().map(Integer::longValue).sorted().toList(),
        mixture(mixture),
        checkpoint.weights().layers().stream().flatMap(ProgramNumbers::counts).toList(),
        List.of(config.rmsNormEps(), mixture == null ? 1.0 : mixture.scale()));
  }

  private static List<Long> list(long... numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private static Stream<Long> counts(LayerWeights layer) {
    FeedForward feedForward = layer.feedForward();
    return list(
        feedForward.gated().size(), feedForward.routing().count(), feedForward.experts().size())
        .stream();
  }

  private static List<Long> mixture(Mixture mixture) {
    return mixture == null
        ? list(0, 0, 0, 0, 0)
        : list(
            mixture.perToken(),
            mixture.sigmoid() ? 1L : 0L,
            mixture.normalised() ? 1L : 0L,
            mixture.groups(),
            mixture.topGroups());
  }
}
