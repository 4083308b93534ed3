package org.dlmspark.udf.model;

/**
 * Where and in which numbers a model runs.
 *
 * @param dtype {@code model.dtype}: {@code auto}, {@code float32}, {@code float16} or {@code
 *     bfloat16}
 * @param device {@code model.device}: {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}
 * @param assignedGpu the address of the GPU that Spark assigned to this executor, or null
 * @param threads threads of one matrix product on a CPU; 0 leaves PyTorch's own choice
 * @param maxRows the most rows the KV buffers may grow to, {@code batch.max-tokens}
 * @param gpuAttention {@code model.gpu-attention}: {@code grid} or {@code varlen}
 */
public record ModelSettings(
    String dtype,
    String device,
    String assignedGpu,
    int threads,
    int maxRows,
    String gpuAttention) {}
