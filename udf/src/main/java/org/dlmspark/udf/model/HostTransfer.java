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
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;

/**
 * The one upload and the one download of a step: two blocks of host memory that Java and the
 * program both see, so that no object is made per step. They grow to the largest step seen. Owner
 * of its native memory: {@link #close} gives it back.
 */
final class HostTransfer implements AutoCloseable {
  /**
   * Rows of length N at the start of the input: token, position, row, cell, and two per sequence.
   */
  static final int PER_TOKEN = 6;

  /**
   * Rows of length C behind them: index, index in the unconditional branch, noise key, temperature,
   * top-p, top-k, measure, whether end tokens are barred, whether the mask is, guidance scale.
   */
  static final int PER_CANDIDATE = 10;

  /** Rows of length C of the output: token, confidence. */
  static final int PER_RESULT = 2;

  /** Numbers of {@link #write}'s result. */
  static final int SIZES = 8;

  private static final int MEASURE_ENTROPY = 3;

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
   * @return the numbers of active tokens and candidates, then of candidates with a temperature,
   *     with a filter, with a measure of the distribution drawn from, with barred ends, with a
   *     measure of all tokens (entropy), and with guidance: what no candidate needs is not computed
   */
  long[] write(StepBatch batch, AttentionGroups groups) {
    int n = batch.active();
    int c = batch.candidates();
    int numbers = Math.addExact(Math.multiplyExact(PER_TOKEN, n), PER_CANDIDATE * c);
    if (input.capacity() < numbers) {
      growInput(Math.multiplyExact(2, numbers));
    }
    if (output.capacity() < PER_RESULT * c) {
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
    long[] sizes = new long[SIZES];
    sizes[0] = n;
    sizes[1] = c;
    int sequence = 0;
    for (int i = 0; i < c; i++) {
      int index = batch.candidate(i);
      while (index >= firstToken[sequence] + batch.activeCount(sequence)) {
        sequence++;
      }
      writeCandidate(batch, i, sequence, index - firstToken[sequence], sizes);
    }
    return sizes;
  }

  private void writeCandidate(StepBatch batch, int i, int sequence, int offset, long[] sizes) {
    TokenChoice choice = batch.choice(sequence);
    boolean guided = choice.guidanceScale() > 0;
    int measure = measure(choice.measure());
    boolean drawn = choice.sampling().temperature() > 0;
    sizes[2] += drawn ? 1 : 0;
    sizes[3] += choice.sampling().filters() ? 1 : 0;
    sizes[4] += measure > 0 ? 1 : 0;
    sizes[5] += batch.endsBarred(i) ? 1 : 0;
    sizes[6] += measure == MEASURE_ENTROPY ? 1 : 0;
    sizes[7] += guided ? 1 : 0;
    int place = firstPlace[sequence] + offset;
    int row = PER_TOKEN * batch.active() + i;
    int stride = batch.candidates();
    input.put(row, place);
    input.put(row + stride, guided ? firstPlace[sequence + 1] + offset : place);
    input.put(row + 2 * stride, batch.noiseKey(i));
    input.put(row + 3 * stride, bits(choice.sampling().temperature()));
    input.put(row + 4 * stride, bits(choice.sampling().topP()));
    input.put(row + 5 * stride, choice.sampling().topK());
    input.put(row + 6 * stride, measure);
    input.put(row + 7 * stride, batch.endsBarred(i) ? 1 : 0);
    input.put(row + 8 * stride, choice.maskMayWin() ? 0 : 1);
    input.put(row + 9 * stride, bits(choice.guidanceScale()));
  }

  private static long bits(double number) {
    return Double.doubleToRawLongBits(number);
  }

  /** The program's number of a measure. */
  private static int measure(Remasking measure) {
    return switch (measure) {
      case LOW_CONFIDENCE, RANDOM, SEQUENTIAL, P2 -> 0;
      case MASKGIT_PLUS -> 1;
      case TOPK_MARGIN -> 2;
      case ENTROPY -> MEASURE_ENTROPY;
    };
  }

  /**
   * A measure of the program's number.
   *
   * @param number what {@link #write} writes for the measure
   * @return it, or another one that the program computes alike
   * @throws IllegalArgumentException if there is none
   */
  static Remasking measured(long number) {
    for (Remasking each : Remasking.values()) {
      if (measure(each) == number) {
        return each;
      }
    }
    throw new IllegalArgumentException("a measure cannot be");
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

  /** What was written for a step of these sizes, int64. */
  ByteBuffer inputBytes(long[] sizes) {
    return bytes(in, PER_TOKEN * sizes[0] + PER_CANDIDATE * sizes[1]);
  }

  /** The results of a step of these sizes, float64. */
  ByteBuffer outputBytes(long[] sizes) {
    return bytes(out, PER_RESULT * sizes[1]);
  }

  private static ByteBuffer bytes(Block block, long numbers) {
    return block.bytes().slice(0, (int) numbers * Long.BYTES).order(ByteOrder.nativeOrder());
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
