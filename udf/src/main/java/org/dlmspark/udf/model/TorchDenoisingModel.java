package org.dlmspark.udf.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.LayerWeights;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.checkpoint.TensorData;
import org.dlmspark.udf.checkpoint.TransformerWeights;
import org.dlmspark.udf.decode.StepBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The denoising step on a device, by the TorchScript program {@code denoising_step.py}.
 *
 * <p>Confined to one thread: PyTorch's thread count and graph optimiser belong to the thread that
 * created the model. It owns all native memory it uses: weights (mapped from the checkpoint, not
 * copied, where they are float32 and stay on a CPU), KV buffers and the blocks of {@link
 * HostTransfer}. A step leaves nothing behind but the contents of the buffers; {@link #close} gives
 * everything back.
 */
public final class TorchDenoisingModel implements LoadedModel {
  private static final Logger LOG = LoggerFactory.getLogger(TorchDenoisingModel.class);

  /** Bounds the logits that exist at a time: numbers, 128 MiB in float32. */
  private static final long LOGIT_CELLS = 1L << 25;

  /**
   * A narrower model's products are so short that what oneDNN prepares costs more than it saves.
   */
  private static final int WIDE = 512;

  private static final int SMALLEST_BUFFER_ROWS = 256;

  private final ModelConfig config;
  private final NumberType numberType;
  private final Device device;
  private final NDManager memory;
  private final List<IValue> arguments = new ArrayList<>();
  private final PtSymbolBlock program;
  private final PtNDArray embedding;
  private final HostTransfer transfer;
  private final AttentionGroups groups;
  private final int maxRows;
  private final LongConsumer progress;
  private long loadedBytes;

  /** A tensor of {@code rows} rows for each layer. */
  private record Buffers(IValue layers, int rows) {}

  /** The arguments that stay the same from step to step, in the order of the program's methods. */
  private final IValue embeddingValue;

  private final IValue layerValues;
  private final IValue biasValues;
  private final IValue finalNormValue;
  private final IValue headValue;
  private final IValue rotaryValue;
  private final IValue constantsValue;
  private final IValue endsValue;
  private final IValue epsValue;

  private Buffers keys;
  private Buffers values;

  /** For {@link #products} alone. */
  private IValue noise;

  private long noiseNumbers;

  /**
   * Loads a model onto a device. The calling thread is the only one that may use it.
   *
   * @param checkpoint the folder's configuration and weights
   * @param settings {@code model.*}
   * @throws IllegalArgumentException if the device cannot be used; says what to do
   */
  public TorchDenoisingModel(Checkpoint checkpoint, ModelSettings settings) {
    this(checkpoint, settings, bytes -> {});
  }

  /**
   * As above, for those who want to know how far it is.
   *
   * @param checkpoint the folder's configuration and weights
   * @param settings {@code model.*}
   * @param progress told how many of {@link TransformerWeights#storedBytes} are loaded
   * @throws IllegalArgumentException if the device cannot be used; says what to do
   */
  public TorchDenoisingModel(Checkpoint checkpoint, ModelSettings settings, LongConsumer progress) {
    this(checkpoint, settings, progress, false);
  }

  /**
   * As above; {@code asIfLarge} lets tests run on a CPU and with a narrow model what otherwise
   * needs a GPU (attention on grids) or a wide one (products by oneDNN).
   */
  TorchDenoisingModel(Checkpoint checkpoint, ModelSettings settings, boolean asIfLarge) {
    this(checkpoint, settings, bytes -> {}, asIfLarge);
  }

  private TorchDenoisingModel(
      Checkpoint checkpoint, ModelSettings settings, LongConsumer progress, boolean asIfLarge) {
    this.progress = progress;
    Engine engine = NativeEngine.pytorch();
    config = checkpoint.config();
    maxRows = settings.maxRows();
    device = DeviceChoice.device(settings.device(), settings.assignedGpu());
    numberType = DeviceChoice.numberType(settings.dtype(), config.storedType(), device);
    if (settings.threads() > 0) {
      JniUtils.setNumThreads(settings.threads());
    }
    // Shapes change at every step: specialising the program for each would cost more than it gives.
    JniUtils.setGraphExecutorOptimize(false);
    memory = engine.newBaseManager(device);
    try {
      program = load(asIfLarge || config.hiddenSize() >= WIDE);
      TransformerWeights weights = checkpoint.weights();
      embedding = upload(weights.embedding());
      embeddingValue = kept(IValue.from(embedding));
      layerValues = kept(uploaded(weights.layers(), LayerWeights::tensors));
      biasValues = kept(uploaded(weights.layers(), LayerWeights::biases));
      finalNormValue = kept(IValue.from(upload(weights.finalNorm())));
      headValue = kept(IValue.from(weights.tied() ? embedding : upload(weights.head())));
      constantsValue =
          kept(
              IValue.listFrom(
                  config.heads(),
                  config.kvHeads(),
                  config.headDim(),
                  config.maskTokenId(),
                  LOGIT_CELLS));
      endsValue =
          kept(
              IValue.listFrom(
                  config.endTokenIds().stream().mapToLong(Integer::longValue).sorted().toArray()));
      epsValue = kept(IValue.from(config.rmsNormEps()));
      rotaryValue = kept(rotaryTable());
      keys = new Buffers(IValue.listFrom(new PtNDArray[0]), 0);
      values = new Buffers(IValue.listFrom(new PtNDArray[0]), 0);
      transfer = new HostTransfer(memory.newSubManager(Device.cpu()));
      groups = new AttentionGroups(device.isGpu() || asIfLarge);
    } catch (RuntimeException | Error e) {
      arguments.forEach(IValue::close);
      memory.close();
      throw e;
    }
  }

  /** Notes a value that lives as long as the model. */
  private IValue kept(IValue value) {
    arguments.add(value);
    return value;
  }

  /** The program, with the products that suit the device and the number type best. */
  private PtSymbolBlock load(boolean wide) {
    if (wide && !device.isGpu() && numberType == NumberType.FLOAT32) {
      try {
        return load("products_onednn.py");
      } catch (RuntimeException e) {
        LOG.info("this PyTorch has no oneDNN: products with few rows are slower", e);
      }
    }
    return load("products_torch.py");
  }

  private PtSymbolBlock load(String products) {
    byte[] archive = TorchScriptArchive.pack("DenoisingStep", "denoising_step.py", products);
    try {
      return JniUtils.loadModule(
          (PtNDManager) memory, new ByteArrayInputStream(archive), false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private IValue uploaded(
      List<LayerWeights> layers, Function<LayerWeights, List<TensorData>> part) {
    List<PtNDArray> arrays = new ArrayList<>();
    for (LayerWeights layer : layers) {
      for (TensorData tensor : part.apply(layer)) {
        arrays.add(upload(tensor));
      }
    }
    return IValue.listFrom(arrays.toArray(new PtNDArray[0]));
  }

  /** A stored tensor on the device in the wanted type; on a CPU a float32 one stays where it is. */
  private PtNDArray upload(TensorData tensor) {
    PtNDArray uploaded = onDevice(tensor);
    loadedBytes += tensor.size() * tensor.type().bytes();
    progress.accept(loadedBytes);
    return uploaded;
  }

  private PtNDArray onDevice(TensorData tensor) {
    long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    ByteBuffer bytes = aligned(tensor);
    if (tensor.type() == NumberType.FLOAT32 && numberType == NumberType.FLOAT32) {
      return (PtNDArray) memory.create(bytes, new Shape(shape), DataType.FLOAT32);
    }
    // DJL has no name for bfloat16: such a tensor enters as bytes and is a tensor of its own type
    // only inside the program.
    shape[shape.length - 1] *= tensor.type().bytes();
    try (NDArray raw = memory.create(bytes, new Shape(shape), DataType.INT8);
        IValue rawValue = IValue.from((PtNDArray) raw);
        IValue stored = IValue.from((long) code(tensor.type()));
        IValue wanted = IValue.from((long) code(numberType));
        IValue converted = IValueUtils.runMethod(program, "convert", rawValue, stored, wanted)) {
      return converted.toTensor((PtNDManager) memory);
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
  private static int code(NumberType type) {
    return switch (type) {
      case FLOAT16 -> 5;
      case FLOAT32 -> 6;
      case BFLOAT16 -> 15;
    };
  }

  private IValue rotaryTable() {
    try (IValue positions = IValue.from((long) Math.min(config.maxSequenceLength(), maxRows));
        IValue headDim = IValue.from((long) config.headDim());
        IValue theta = IValue.from(config.ropeTheta())) {
      return IValueUtils.runMethod(
          program, "rotary_table", embeddingValue, positions, headDim, theta);
    }
  }

  @Override
  public void step(StepBatch batch) {
    try (IValue sizes = IValue.listFrom(prepare(batch));
        IValue plan = IValue.listFrom(groups.groups())) {
      IValueUtils.runMethod(
              program,
              "step",
              embeddingValue,
              layerValues,
              biasValues,
              finalNormValue,
              headValue,
              rotaryValue,
              keys.layers(),
              values.layers(),
              transfer.input(),
              transfer.output(),
              constantsValue,
              endsValue,
              epsValue,
              sizes,
              plan)
          .close();
    }
    transfer.read(batch);
  }

  /**
   * Computes the matrix products of a step and nothing else, for what holds the step's time against
   * theirs. Its results mean nothing, and those of the step in the batch stay.
   *
   * @param batch a step that was run
   */
  public void products(StepBatch batch) {
    long[] sizes = prepare(batch);
    growNoise(batch);
    try (IValue sizesValue = IValue.listFrom(sizes);
        IValue plan = IValue.listFrom(groups.groups())) {
      IValueUtils.runMethod(
              program,
              "products",
              layerValues,
              headValue,
              keys.layers(),
              values.layers(),
              noise,
              transfer.output(),
              constantsValue,
              sizesValue,
              plan)
          .close();
    }
  }

  /** As many numbers as the largest factor of a step's products has. */
  private void growNoise(StepBatch batch) {
    long widest = Math.max(config.mlpSize(), (long) config.heads() * config.headDim());
    long numbers = batch.active() * Math.max(widest, config.hiddenSize());
    long[] plan = groups.groups();
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
      noise = IValueUtils.runMethod(program, "noise", embeddingValue, wanted);
      noiseNumbers = 2 * numbers;
    }
  }

  /** The logits of all active tokens, {@code [active, vocabulary]}, for tests. */
  float[] logits(StepBatch batch) {
    prepare(batch);
    try (NDManager scratch = memory.newSubManager(Device.cpu());
        IValue active = IValue.from((long) batch.active());
        IValue plan = IValue.listFrom(groups.groups());
        IValue result =
            IValueUtils.runMethod(
                program,
                "logits",
                embeddingValue,
                layerValues,
                biasValues,
                finalNormValue,
                headValue,
                rotaryValue,
                keys.layers(),
                values.layers(),
                transfer.input(),
                constantsValue,
                epsValue,
                active,
                plan)) {
      return result.toTensor((PtNDManager) scratch).toFloatArray();
    }
  }

  private long[] prepare(StepBatch batch) {
    int rows = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      rows = Math.max(rows, batch.firstRow(s) + batch.length(s));
    }
    // Each for itself: memory may suffice for the keys and not for the values.
    keys = grown(keys, rows);
    values = grown(values, rows);
    groups.plan(batch);
    return transfer.write(batch, groups);
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
    int wanted = Math.max(SMALLEST_BUFFER_ROWS, old.rows());
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
    try (IValue layers = IValue.from((long) config.layers());
        IValue wanted = IValue.from((long) rows);
        IValue kvHeads = IValue.from((long) config.kvHeads());
        IValue headDim = IValue.from((long) config.headDim())) {
      // If there is no room for the new buffers, the old ones stay in use.
      IValue grown =
          IValueUtils.runMethod(
              program, "grow", old, embeddingValue, layers, wanted, kvHeads, headDim);
      old.close();
      return grown;
    }
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public String deviceName() {
    return device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu";
  }

  @Override
  public NumberType numberType() {
    return numberType;
  }

  @Override
  public long memoryBytes() {
    return device.isGpu()
        ? CudaUtils.getGpuMemory(device).getCommitted()
        : LoadedModel.super.memoryBytes();
  }

  @Override
  public void close() {
    arguments.forEach(IValue::close);
    keys.layers().close();
    values.layers().close();
    if (noise != null) {
      noise.close();
    }
    transfer.close();
    program.close();
    memory.close();
  }
}
