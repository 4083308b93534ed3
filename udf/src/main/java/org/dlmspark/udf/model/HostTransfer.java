package org.dlmspark.udf.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import org.dlmspark.udf.decode.StepBatch;

/**
 * The one upload and the one download of a step: two blocks of host memory that Java and the
 * program both see, so that no object is made per step. They grow to the largest step seen. Owner
 * of its native memory: {@link #close} gives it back.
 */
final class HostTransfer implements AutoCloseable {
  /**
   * Rows of length N at the start of the input: token, position, row, cell, and two per sequence.
   */
  private static final int PER_TOKEN = 6;

  /** Rows of length C behind them: index, noise key, temperature. */
  private static final int PER_CANDIDATE = 3;

  private final NDManager manager;
  private Block in;
  private Block out;
  private LongBuffer input;
  private DoubleBuffer output;

  /** For each sequence the place of its first token in the batch, and as laid out. */
  private int[] firstToken = new int[0];

  private int[] firstPlace = new int[0];

  /** A block of host memory, seen as a tensor. */
  private record Block(ByteBuffer bytes, PtNDArray array, IValue value) {
    static Block of(NDManager manager, int numbers, DataType type) {
      ByteBuffer bytes =
          ByteBuffer.allocateDirect(Math.multiplyExact(numbers, Long.BYTES))
              .order(ByteOrder.nativeOrder());
      PtNDArray array = (PtNDArray) manager.create(bytes, new Shape(numbers), type);
      return new Block(bytes, array, IValue.from(array));
    }

    void close() {
      value.close();
      array.close();
    }
  }

  /**
   * Creates small blocks.
   *
   * @param manager a manager of the CPU
   */
  HostTransfer(NDManager manager) {
    this.manager = manager;
    growInput(4096);
    growOutput(1024);
  }

  private void growInput(int numbers) {
    Block grown = Block.of(manager, numbers, DataType.INT64);
    if (in != null) {
      in.close();
    }
    in = grown;
    input = in.bytes().asLongBuffer();
  }

  private void growOutput(int numbers) {
    Block grown = Block.of(manager, numbers, DataType.FLOAT64);
    if (out != null) {
      out.close();
    }
    out = grown;
    output = out.bytes().asDoubleBuffer();
  }

  /**
   * Lays a step out as the program reads it.
   *
   * @param batch the step
   * @param groups the order of its sequences
   * @return whether any candidate has a temperature
   */
  boolean write(StepBatch batch, AttentionGroups groups) {
    int n = batch.active();
    int c = batch.candidates();
    int numbers = Math.addExact(Math.multiplyExact(PER_TOKEN, n), PER_CANDIDATE * c);
    if (input.capacity() < numbers) {
      growInput(Math.multiplyExact(2, numbers));
    }
    if (output.capacity() < 2 * c) {
      growOutput(4 * c);
    }
    findPlaces(batch, groups);
    long[] plan = groups.groups();
    int place = 0;
    int token = 0;
    for (int g = 0; g < plan.length; g += AttentionGroups.FIELDS) {
      long widest = plan[g + 2];
      for (int member = 0; member < plan[g + 1]; member++, place++) {
        int sequence = groups.sequenceAt(place);
        int from = firstToken[sequence];
        int count = batch.activeCount(sequence);
        input.put(4 * n + place, batch.firstRow(sequence));
        input.put(5 * n + place, batch.length(sequence));
        for (int i = 0; i < count; i++, token++) {
          input.put(token, batch.token(from + i));
          input.put(n + token, batch.position(from + i));
          input.put(2 * n + token, batch.firstRow(sequence) + batch.position(from + i));
          input.put(3 * n + token, member * widest + i);
        }
      }
    }
    boolean noisy = false;
    int sequence = 0;
    for (int i = 0; i < c; i++) {
      int index = batch.candidate(i);
      while (index >= firstToken[sequence] + batch.activeCount(sequence)) {
        sequence++;
      }
      input.put(6 * n + i, firstPlace[sequence] + index - firstToken[sequence]);
      input.put(6 * n + c + i, batch.noiseKey(i));
      input.put(6 * n + 2 * c + i, Double.doubleToRawLongBits(batch.temperature(i)));
      noisy |= batch.temperature(i) > 0;
    }
    return noisy;
  }

  private void findPlaces(StepBatch batch, AttentionGroups groups) {
    int sequences = batch.sequences();
    if (firstToken.length < sequences) {
      firstToken = new int[2 * sequences];
      firstPlace = new int[2 * sequences];
    }
    int token = 0;
    for (int s = 0; s < sequences; s++) {
      firstToken[s] = token;
      token += batch.activeCount(s);
    }
    int at = 0;
    for (int place = 0; place < sequences; place++) {
      int s = groups.sequenceAt(place);
      firstPlace[s] = at;
      at += batch.activeCount(s);
    }
  }

  /**
   * Hands the program's results to the batch.
   *
   * @param batch the step that was run
   */
  void read(StepBatch batch) {
    int c = batch.candidates();
    for (int i = 0; i < c; i++) {
      batch.setResult(i, (int) output.get(i), output.get(c + i));
    }
  }

  /** The input block, for the program. */
  IValue input() {
    return in.value();
  }

  /** The output block, for the program. */
  IValue output() {
    return out.value();
  }

  @Override
  public void close() {
    in.close();
    out.close();
  }
}
