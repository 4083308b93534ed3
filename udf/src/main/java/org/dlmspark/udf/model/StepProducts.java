package org.dlmspark.udf.model;

import ai.djl.pytorch.jni.IValue;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.decode.StepBatch;

/**
 * The matrix products of a step and nothing else, for what holds the step's time against theirs.
 * Owner of the numbers that it multiplies: {@link #close} gives them back.
 */
final class StepProducts implements AutoCloseable {
  private final DenoisingProgram program;
  private final ModelConfig config;
  private final ModelArguments arguments;
  private final AttentionGroups groups;

  /** Null until the first products. */
  private IValue noise;

  private long noiseNumbers;

  /**
   * Prepares nothing yet.
   *
   * @param program computes the products
   * @param config the model's shape
   * @param arguments the model's weights
   * @param groups cuts attention into calls, as the device has them without a kernel of its own
   */
  StepProducts(
      DenoisingProgram program,
      ModelConfig config,
      ModelArguments arguments,
      AttentionGroups groups) {
    this.groups = groups;
    this.program = program;
    this.config = config;
    this.arguments = arguments;
  }

  /**
   * Computes them. The results mean nothing.
   *
   * @param batch the step
   * @param sizes as {@link HostTransfer#write} gave them
   * @param buffers keys and values
   * @param output host memory, overwritten
   * @param taken the step's result: how many tokens chose each expert
   */
  void compute(StepBatch batch, long[] sizes, KvBuffers buffers, IValue output, IValue taken) {
    groups.plan(batch);
    growNoise(batch, groups.groups());
    try (IValue sizesValue = IValue.listFrom(sizes);
        IValue plan = IValue.listFrom(groups.groups())) {
      program
          .run(
              "products",
              arguments.weights(),
              buffers.keys(),
              buffers.values(),
              noise,
              output,
              arguments.shape(),
              arguments.numbers(),
              sizesValue,
              plan,
              taken)
          .close();
    }
  }

  /** As many numbers as the largest factor of a step's products has. */
  private void growNoise(StepBatch batch, long[] plan) {
    long widest = Math.max(config.widestMlp(), (long) config.heads() * config.headDim());
    long numbers = batch.active() * Math.max(widest, config.hiddenSize());
    for (int g = 0; g < plan.length; g += AttentionGroups.FIELDS) {
      long cells = plan[g + 1] * Math.max(plan[g + 2], plan[g + 3]);
      numbers = Math.max(numbers, cells * config.heads() * config.headDim());
    }
    if (numbers <= noiseNumbers) {
      return;
    }
    if (noise != null) {
      noise.close();
    }
    try (IValue wanted = IValue.from(2 * numbers)) {
      noise = program.run("noise", arguments.embedding(), wanted);
      noiseNumbers = 2 * numbers;
    }
  }

  @Override
  public void close() {
    if (noise != null) {
      noise.close();
    }
  }
}
