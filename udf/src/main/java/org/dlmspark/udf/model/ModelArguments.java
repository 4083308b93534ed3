package org.dlmspark.udf.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.LayerWeights;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.TensorData;
import org.dlmspark.udf.checkpoint.TransformerWeights;

/**
 * The program's arguments that stay the same from step to step, as {@code denoising_step.py} names
 * and describes them.
 */
record ModelArguments(IValue embedding, IValue weights, IValue shape, IValue numbers) {

  /**
   * Loads a model's weights, and what else a step must know of it.
   *
   * @param checkpoint the folder's configuration and weights
   * @param numbers the model's shape
   * @param maxRows the most rows of the KV buffers
   * @param upload brings the weights onto the device
   * @param program computes the table of the rotary embedding
   * @param memory becomes the owner of all arguments
   * @return the arguments
   */
  static ModelArguments load(
      Checkpoint checkpoint,
      ProgramNumbers numbers,
      int maxRows,
      WeightUpload upload,
      DenoisingProgram program,
      NativeMemory memory) {
    ModelConfig config = checkpoint.config();
    TransformerWeights weights = checkpoint.weights();
    PtNDArray embedding = upload.upload(weights.embedding());
    IValue embeddingValue = memory.kept(IValue.from(embedding));
    PtNDArray norm = upload.scale(weights.finalNorm());
    PtNDArray head = weights.tied() ? embedding : upload.upload(weights.head());
    PtNDArray rotary = rotaryTable(config, maxRows, embeddingValue, program, upload.manager());
    List<LayerWeights> layers = weights.layers();
    IValue ends = memory.kept(IValue.listFrom(embedding, norm, head, rotary));
    IValue lists =
        IValue.listFrom(
            ends,
            memory.kept(upload.withScales(all(layers, layer -> layer.common().stream()))),
            memory.kept(upload.upload(all(layers, layer -> layer.biases().stream()))),
            memory.kept(upload.withScales(all(layers, layer -> layer.headNorms().stream()))),
            memory.kept(upload.upload(all(layers, layer -> layer.feedForward().gated().stream()))),
            memory.kept(upload.wide(all(layers, layer -> layer.feedForward().routing()))),
            memory.kept(
                upload.upload(all(layers, layer -> layer.feedForward().experts().stream()))));
    IValue shape =
        IValue.listFrom(
            memory.kept(list(numbers.constants())),
            memory.kept(list(numbers.endTokens())),
            memory.kept(list(numbers.mixture())),
            memory.kept(list(numbers.plan())));
    return new ModelArguments(
        embeddingValue,
        memory.kept(lists),
        memory.kept(shape),
        memory.kept(
            IValue.listFrom(
                numbers.numbers().stream().mapToDouble(Double::doubleValue).toArray())));
  }

  private static IValue list(List<Long> numbers) {
    return IValue.listFrom(numbers.stream().mapToLong(Long::longValue).toArray());
  }

  private static Stream<TensorData> all(
      List<LayerWeights> layers, Function<LayerWeights, Stream<TensorData>> each) {
    return layers.stream().flatMap(each);
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
