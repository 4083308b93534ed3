package org.dlmspark.udf.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;

/**
 * The keys and values of all layers, as they were last computed: rows that sequences own, see
 * {@link org.dlmspark.udf.decode.StepBatch}. They grow to the most rows seen. Owner of its native
 * memory: {@link #close} gives it back.
 */
final class KvBuffers implements AutoCloseable {
  private static final int SMALLEST_ROWS = 256;

  private final DenoisingProgram program;
  private final ModelConfig config;
  private final IValue like;
  private final NumberType type;
  private final int maxRows;
  private Buffers keys = new Buffers(IValue.listFrom(new PtNDArray[0]), 0);
  private Buffers values = new Buffers(IValue.listFrom(new PtNDArray[0]), 0);

  /** A tensor of {@code rows} rows for each layer. */
  private record Buffers(IValue layers, int rows) {}

  /**
   * Creates buffers without rows.
   *
   * @param program makes larger ones
   * @param config the model's shape
   * @param like a tensor of the buffers' device
   * @param type the buffers' number type
   * @param maxRows the rows beyond which they grow no more than needed
   */
  KvBuffers(
      DenoisingProgram program, ModelConfig config, IValue like, NumberType type, int maxRows) {
    this.program = program;
    this.config = config;
    this.like = like;
    this.type = type;
    this.maxRows = maxRows;
  }

  /** The keys of all layers, for the program. */
  IValue keys() {
    return keys.layers();
  }

  /** The values of all layers, for the program. */
  IValue values() {
    return values.layers();
  }

  /**
   * Makes room for as many rows as needed; what the buffers hold is kept.
   *
   * @param rows rows
   * @throws RuntimeException if memory does not suffice; the buffers stay in use as they are
   */
  void growTo(int rows) {
    // Each for itself: memory may suffice for the keys and not for the values.
    keys = grown(keys, rows);
    values = grown(values, rows);
  }

  /**
   * The buffers with as many rows as needed. Rows are added by doubling, so that a job of short
   * rows never holds room for long ones; where memory does not suffice for that, no more than
   * needed.
   */
  private Buffers grown(Buffers old, int rows) {
    if (rows <= old.rows()) {
      return old;
    }
    int wanted = Math.max(SMALLEST_ROWS, old.rows());
    while (wanted < rows) {
      wanted = Math.multiplyExact(wanted, 2);
    }
    wanted = Math.max(rows, Math.min(wanted, maxRows));
    try {
      return new Buffers(grow(old.layers(), wanted), wanted);
    } catch (RuntimeException e) {
      if (wanted == rows || !OutOfMemory.is(e)) {
        throw e;
      }
      return new Buffers(grow(old.layers(), rows), rows);
    }
  }

  private IValue grow(IValue old, int rows) {
    try (IValue code = IValue.from(WeightUpload.code(type));
        IValue layers = IValue.from((long) config.layers());
        IValue wanted = IValue.from((long) rows);
        IValue kvHeads = IValue.from((long) config.kvHeads());
        IValue headDim = IValue.from((long) config.headDim())) {
      // If there is no room for the new buffers, the old ones stay in use.
      IValue grown = program.run("grow", old, like, code, layers, wanted, kvHeads, headDim);
      old.close();
      return grown;
    }
  }

  @Override
  public void close() {
    keys.layers().close();
    values.layers().close();
  }
}
