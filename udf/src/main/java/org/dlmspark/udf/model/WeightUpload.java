package org.dlmspark.udf.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.checkpoint.TensorData;

/** Brings stored tensors onto the device, in the number type that the model computes with. */
final class WeightUpload {
  private final PtNDManager manager;
  private final DenoisingProgram program;
  private final NumberTypes types;
  private final LongConsumer progress;
  private long loadedBytes;

  /**
   * Creates an upload.
   *
   * @param manager owns the uploaded arrays
   * @param program converts number types
   * @param types the types that are wanted
   * @param progress told how many stored bytes are loaded so far
   */
  WeightUpload(
      PtNDManager manager, DenoisingProgram program, NumberTypes types, LongConsumer progress) {
    this.manager = manager;
    this.program = program;
    this.types = types;
    this.progress = progress;
  }

  /** Owns what is uploaded. */
  PtNDManager manager() {
    return manager;
  }

  /**
   * A stored tensor on the device in the type of factors; on a CPU one that is stored in it stays
   * where it is, in the mapped file.
   */
  PtNDArray upload(TensorData tensor) {
    return upload(tensor, types.factors());
  }

  /** The scale of a norm, in the type of sums. */
  PtNDArray scale(TensorData tensor) {
    return upload(tensor, types.sums());
  }

  private PtNDArray upload(TensorData tensor, NumberType wantedType) {
    PtNDArray uploaded = onDevice(tensor, wantedType);
    loadedBytes += tensor.size() * tensor.type().bytes();
    progress.accept(loadedBytes);
    return uploaded;
  }

  /** Several, in their order, as a list for the program. */
  IValue upload(Stream<TensorData> tensors) {
    return IValue.listFrom(tensors.map(this::upload).toArray(PtNDArray[]::new));
  }

  /** Several, in their order; the vectors among them are scales of norms. */
  IValue withScales(Stream<TensorData> tensors) {
    return IValue.listFrom(
        tensors
            .map(tensor -> tensor.shape().size() == 1 ? scale(tensor) : upload(tensor))
            .toArray(PtNDArray[]::new));
  }

  /** Several, in float32 whatever is wanted of the others. */
  IValue wide(Stream<TensorData> tensors) {
    return IValue.listFrom(
        tensors.map(tensor -> upload(tensor, NumberType.FLOAT32)).toArray(PtNDArray[]::new));
  }

  private PtNDArray onDevice(TensorData tensor, NumberType wantedType) {
    long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    ByteBuffer bytes = aligned(tensor);
    if (tensor.type() == NumberType.FLOAT32 && wantedType == NumberType.FLOAT32) {
      return manager.create(bytes, new Shape(shape), DataType.FLOAT32);
    }
    // DJL makes no bfloat16: such a tensor enters as bytes and is a tensor of its own type only
    // inside the program.
    PtNDArray raw = manager.create(bytes, new Shape(bytes.remaining()), DataType.INT8);
    PtNDArray converted = converted(raw, shape, tensor.type(), wantedType);
    // Without a copy it is the same memory, and the raw array, which holds the mapping, stays open
    // with the manager.
    if (manager.getDevice().isGpu() || tensor.type() != wantedType) {
      raw.close();
    }
    return converted;
  }

  private PtNDArray converted(PtNDArray raw, long[] shape, NumberType stored, NumberType wanted) {
    try (IValue rawValue = IValue.from(raw);
        IValue shapeValue = IValue.listFrom(shape);
        IValue storedCode = IValue.from(code(stored));
        IValue wantedCode = IValue.from(code(wanted));
        IValue converted = program.run("convert", rawValue, shapeValue, storedCode, wantedCode)) {
      return converted.toTensor(manager);
    }
  }

  /** The tensor's bytes at an address that is a multiple of its numbers' size. */
  private static ByteBuffer aligned(TensorData tensor) {
    ByteBuffer bytes = tensor.bytes();
    if (bytes.alignmentOffset(0, tensor.type().bytes()) == 0) {
      return bytes;
    }
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(bytes.duplicate()).flip();
    return copy;
  }

  /** PyTorch's code of a number type. */
  static long code(NumberType type) {
    return switch (type) {
      case FLOAT16 -> 5;
      case FLOAT32 -> 6;
      case BFLOAT16 -> 15;
    };
  }
}
