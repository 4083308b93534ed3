package org.dlmspark.udf.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.TransformerWeights;

/**
 * The program's arguments that stay the same from step to step, as {@code denoising_step.py} names
 * and describes them.
 */
record ModelArguments(
    IValue embedding,
    IValue layers,
    IValue biases,
    IValue finalNorm,
    IValue head,
    IValue rotary,
    IValue constants,
    IValue ends,
    IValue eps) {

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
    return new ModelArguments(
        embeddingValue,
        memory.kept(
            upload.upload(weights.layers().stream().flatMap(layer -> layer.tensors().stream()))),
        memory.kept(
            upload.upload(weights.layers().stream().flatMap(layer -> layer.biases().stream()))),
        memory.kept(IValue.from(upload.upload(weights.finalNorm()))),
        memory.kept(IValue.from(weights.tied() ? embedding : upload.upload(weights.head()))),
        memory.kept(rotaryTable(config, maxRows, embeddingValue, program)),
        memory.kept(
            IValue.listFrom(
                config.heads(),
                config.kvHeads(),
                config.headDim(),
                config.maskTokenId(),
                LOGIT_CELLS)),
        memory.kept(
            IValue.listFrom(
                config.endTokenIds().stream().mapToLong(Integer::longValue).sorted().toArray())),
        memory.kept(IValue.from(config.rmsNormEps())));
  }

  private static IValue rotaryTable(
      ModelConfig config, int maxRows, IValue like, DenoisingProgram program) {
    try (IValue positions = IValue.from((long) Math.min(config.maxSequenceLength(), maxRows));
        IValue headDim = IValue.from((long) config.headDim());
        IValue theta = IValue.from(config.ropeTheta())) {
      return program.run("rotary_table", like, positions, headDim, theta);
    }
  }
}
