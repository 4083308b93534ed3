package org.dlmspark.udf.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dlmspark.udf.checkpoint.NumberType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast this machine multiplies matrices at best: the fastest of the forms of a product that
 * this PyTorch has, of one weight matrix that stays where it is. What a step's products can be held
 * against, whatever form they have themselves. Belongs to the model's thread.
 */
public final class ProductRates implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProductRates.class);
  private static final long LONG_ENOUGH = TimeUnit.MILLISECONDS.toNanos(30);
  private static final int ROUNDS = 3;

  /** A form of the product. */
  enum Form {
    LINEAR(0),
    ONEDNN(1),
    PLAIN(2),
    ONEDNN_PACKED(3);

    /** What {@code product_forms.py} calls it. */
    private final long code;

    Form(long code) {
      this.code = code;
    }

    /** Those of oneDNN are of a CPU. */
    boolean isHere(Device device) {
      return !device.isGpu() || this == LINEAR || this == PLAIN;
    }
  }

  private final PtNDManager manager;
  private final PtSymbolBlock program;
  private final NumberType type;
  private final int in;
  private final int out;
  private final IValue sink;

  /**
   * Prepares nothing yet.
   *
   * @param parent of the device; becomes the owner of what is made here, as long as it is open
   * @param type of the numbers
   * @param in columns of the factors
   * @param out rows of the weights
   */
  ProductRates(PtNDManager parent, NumberType type, int in, int out) {
    manager = (PtNDManager) parent.newSubManager();
    this.type = type;
    this.in = in;
    this.out = out;
    program = TorchScriptArchive.load(manager, "ProductForms", List.of("product_forms.py"));
    sink = IValue.from((PtNDArray) manager.zeros(new Shape(1), DataType.FLOAT32));
  }

  /**
   * The best rate.
   *
   * @param rows of the factors: a step's active tokens
   * @return multiplications and additions a nanosecond, that is 10^9 a second
   */
  public double best(int rows) {
    return Collections.max(rates(rows).values());
  }

  /** The rate of each form that the device has; 0 for one that PyTorch does not have. */
  Map<Form, Double> rates(int rows) {
    Map<Form, Double> rates = new EnumMap<>(Form.class);
    try (IValue x = random(rows);
        IValue weight = random(out)) {
      for (Form form : Form.values()) {
        if (form.isHere(manager.getDevice())) {
          rates.put(form, rate(form, rows, x, weight));
        }
      }
    }
    LOG.debug("products of {} rows, {} by {}, in {}: {} GFLOP/s", rows, in, out, type, rates);
    return rates;
  }

  private IValue random(int rows) {
    try (PtNDArray one = (PtNDArray) manager.zeros(new Shape(1), DataType.FLOAT32);
        IValue like = IValue.from(one);
        IValue rowsValue = IValue.from((long) rows);
        IValue columns = IValue.from((long) in);
        IValue code = IValue.from(WeightUpload.code(type))) {
      return IValueUtils.runMethod(program, "random", like, rowsValue, columns, code);
    }
  }

  /** 0 for a form that this PyTorch does not have for the type. */
  private double rate(Form form, int rows, IValue x, IValue weight) {
    try (IValue formValue = IValue.from(form.code);
        IValue rowsValue = IValue.from((long) rows);
        IValue prepared =
            IValueUtils.runMethod(program, "prepared", weight, formValue, rowsValue)) {
      long times = 1;
      long nanos = multiply(x, prepared, formValue, times);
      while (nanos < LONG_ENOUGH) {
        times *= 2;
        nanos = multiply(x, prepared, formValue, times);
      }
      for (int round = 1; round < ROUNDS; round++) {
        nanos = Math.min(nanos, multiply(x, prepared, formValue, times));
      }
      return 2.0 * rows * in * out * times / nanos;
    } catch (RuntimeException e) {
      LOG.debug("no product of the form {} in {}", form, type, e);
      return 0;
    }
  }

  private long multiply(IValue x, IValue weight, IValue form, long times) {
    try (IValue timesValue = IValue.from(times)) {
      long begin = System.nanoTime();
      IValueUtils.runMethod(program, "multiply", x, weight, form, timesValue, sink).close();
      return System.nanoTime() - begin;
    }
  }

  @Override
  public void close() {
    sink.close();
    program.close();
    manager.close();
  }
}
