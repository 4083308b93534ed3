package org.dlmspark.udf.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.FeedForward;
import org.dlmspark.udf.checkpoint.LayerWeights;
import org.dlmspark.udf.checkpoint.Mixture;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.TensorData;
import org.dlmspark.udf.checkpoint.TransformerWeights;

/**
 * The program's arguments that stay the same from step to step, as {@code denoising_step.py} names
 * and describes them.
 */
record ModelArguments(IValue embedding, IValue weights, IValue shape, IValue numbers) {

  /** Bounds the logits that exist at a time: numbers, 128 MiB in float32. */
  private static final long LOGIT_CELLS = 1L << 25;

  /**
   * Loads a model's weights, and what else a step must know of it.
   *
   * @param checkpoint the folder's configuration and weights
   * @param maxRows the most rows of the KV buffers
   * @param upload brings the weights onto the device
   * @param program computes the table of the rotary embedding
   * @param memory becomes the owner of all arguments
   * @return the arguments
   */
  static ModelArguments load(
      Checkpoint checkpoint,
      int maxRows,
      WeightUpload upload,
      DenoisingProgram program,
      NativeMemory memory) {
    ModelConfig config = checkpoint.config();
    TransformerWeights weights = checkpoint.weights();
    PtNDArray embedding = upload.upload(weights.embedding());
    IValue embeddingValue = memory.kept(IValue.from(embedding));
    PtNDArray norm = upload.upload(weights.finalNorm());
    PtNDArray head = weights.tied() ? embedding : upload.upload(weights.head());
    PtNDArray rotary = rotaryTable(config, maxRows, embeddingValue, program, upload.manager());
    List<LayerWeights> layers = weights.layers();
    IValue ends = memory.kept(IValue.listFrom(embedding, norm, head, rotary));
    IValue lists =
        IValue.listFrom(
            ends,
            memory.kept(upload.upload(all(layers, layer -> layer.common().stream()))),
            memory.kept(upload.upload(all(layers, layer -> layer.biases().stream()))),
            memory.kept(upload.upload(all(layers, layer -> layer.headNorms().stream()))),
            memory.kept(upload.upload(all(layers, layer -> layer.feedForward().gated().stream()))),
            memory.kept(upload.wide(all(layers, layer -> layer.feedForward().routing()))),
            memory.kept(
                upload.upload(all(layers, layer -> layer.feedForward().experts().stream()))));
    Mixture mixture = config.mixture();
    IValue shape =
        IValue.listFrom(
            memory.kept(
                IValue.listFrom(
                    config.heads(),
                    config.kvHeads(),
                    config.headDim(),
                    config.maskTokenId(),
                    LOGIT_CELLS)),
            memory.kept(
                IValue.listFrom(
                    config.endTokenIds().stream()
                        .mapToLong(Integer::longValue)
                        .sorted()
                        .toArray())),
            memory.kept(mixture(mixture)),
            memory.kept(
                IValue.listFrom(layers.stream().flatMapToLong(ModelArguments::counts).toArray())));
    return new ModelArguments(
        embeddingValue,
        memory.kept(lists),
        memory.kept(shape),
        memory.kept(IValue.listFrom(config.rmsNormEps(), mixture == null ? 1.0 : mixture.scale())));
  }

  private static Stream<TensorData> all(
      List<LayerWeights> layers, Function<LayerWeights, Stream<TensorData>> each) {
    return layers.stream().flatMap(each);
  }

  /** How many tensors of the lists of gated projections, routers and experts are a layer's own. */
  private static LongStream counts(LayerWeights layer) {
    FeedForward feedForward = layer.feedForward();
    return LongStream.of(
        feedForward.gated().size(), feedForward.routing().count(), feedForward.experts().size());
  }

  private static IValue mixture(Mixture mixture) {
    return mixture == null
        ? IValue.listFrom(0L, 0L, 0L, 0L, 0L)
        : IValue.listFrom(
            mixture.perToken(),
            mixture.sigmoid() ? 1L : 0L,
            mixture.normalised() ? 1L : 0L,
            mixture.groups(),
            mixture.topGroups());
  }

  private static PtNDArray rotaryTable(
      ModelConfig config, int maxRows, IValue like, DenoisingProgram program, PtNDManager manager) {
    try (IValue positions = IValue.from((long) Math.min(config.maxSequenceLength(), maxRows));
        IValue turned = IValue.from((long) config.rotaryDim());
        IValue theta = IValue.from(config.ropeTheta());
        IValue table = program.run("rotary_table", like, positions, turned, theta)) {
      return table.toTensor(manager);
    }
  }
}
