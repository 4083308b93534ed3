package org.dlmspark.udf.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.checkpoint.TransformerWeights;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.model.AttentionForm.Calls;

/**
 * The denoising step on a device, by the TorchScript program {@code denoising_step.py}.
 *
 * <p>Confined to one thread: PyTorch's thread count and graph optimiser belong to the thread that
 * created the model. It owns all native memory it uses: weights (mapped from the checkpoint, not
 * copied, where they stay on a CPU in the type they are stored in), KV buffers and the blocks of
 * {@link HostTransfer}. A step leaves nothing behind but the contents of the buffers; {@link
 * #close} gives everything back.
 */
public final class TorchDenoisingModel implements LoadedModel {
  /**
   * A narrower model's products are so short that what oneDNN prepares costs more than it saves.
   */
  private static final int WIDE = 512;

  private final ModelConfig config;
  private final NumberTypes types;
  private final Device device;
  private final NativeMemory memory;
  private final DenoisingProgram program;
  private final ModelArguments arguments;
  private final KvBuffers buffers;
  private final HostTransfer transfer;
  private final AttentionGroups groups;
  private final StepProducts products;

  private final ProgramNumbers numbers;
  private StepObserver observer = StepObserver.NONE;

  /** How many tokens chose each expert at the last step; null before the first. */
  private IValue taken;

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
    this(checkpoint, settings, null, progress, null, false);
  }

  /**
   * Checks that a device is there.
   *
   * @param device {@code model.device}
   * @throws IllegalArgumentException if it is not; says what to do
   */
  public static void requireDevice(String device) {
    var unused = DeviceChoice.device(device, null);
  }

  /**
   * As above; {@code asIfLarge} lets tests run on a CPU and with a narrow model what otherwise
   * needs a GPU (attention on grids) or a wide one (products by oneDNN).
   */
  TorchDenoisingModel(Checkpoint checkpoint, ModelSettings settings, boolean asIfLarge) {
    this(checkpoint, settings, asIfLarge ? AttentionForm.GRIDS : AttentionForm.EACH, asIfLarge);
  }

  /** As above; tests say how attention is computed. */
  TorchDenoisingModel(
      Checkpoint checkpoint, ModelSettings settings, AttentionForm attention, boolean asIfWide) {
    this(checkpoint, settings, null, bytes -> {}, attention, asIfWide);
  }

  /** As above, in numbers that the settings do not decide. */
  TorchDenoisingModel(
      Checkpoint checkpoint,
      ModelSettings settings,
      NumberTypes wanted,
      LongConsumer progress,
      boolean asIfLarge) {
    this(
        checkpoint,
        settings,
        wanted,
        progress,
        asIfLarge ? AttentionForm.GRIDS : AttentionForm.EACH,
        asIfLarge);
  }

  /** As above; what is null the settings decide. */
  private TorchDenoisingModel(
      Checkpoint checkpoint,
      ModelSettings settings,
      NumberTypes wantedTypes,
      LongConsumer progress,
      AttentionForm wantedAttention,
      boolean asIfWide) {
    config = checkpoint.config();
    Engine engine = NativeEngine.pytorch();
    device = DeviceChoice.device(settings.device(), settings.assignedGpu());
    types =
        wantedTypes != null
            ? wantedTypes
            : NumberTypes.of(
                settings.dtype(), config.storedType(), device.isGpu(), CpuMatrixUnits::ask);
    AttentionForm attention =
        wantedAttention == null
            ? AttentionForm.choose(
                settings.gpuAttention(), device, types.factors(), config.headDim())
            : wantedAttention;
    if (settings.threads() > 0) {
      JniUtils.setNumThreads(settings.threads());
    }
    // Shapes change at every step: specialising the program for each would cost more than it gives.
    JniUtils.setGraphExecutorOptimize(false);
    memory = new NativeMemory((PtNDManager) engine.newBaseManager(device));
    try {
      PtNDManager manager = memory.manager();
      program =
          DenoisingProgram.load(manager, types, asIfWide || config.hiddenSize() >= WIDE, attention);
      WeightUpload upload = new WeightUpload(manager, program, types, progress);
      numbers = ProgramNumbers.of(checkpoint);
      arguments =
          ModelArguments.load(checkpoint, numbers, settings.maxRows(), upload, program, memory);
      buffers =
          new KvBuffers(program, config, arguments.embedding(), types.cache(), settings.maxRows());
      transfer = new HostTransfer(manager.newSubManager(Device.cpu()));
      groups = new AttentionGroups(attention.calls());
      Calls floor = attention.calls() == Calls.EACH ? Calls.EACH : Calls.GRIDS;
      products = new StepProducts(program, config, arguments, new AttentionGroups(floor));
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  @Override
  public void step(StepBatch batch) {
    long[] sizes = prepare(batch);
    try (IValue sizesValue = IValue.listFrom(sizes);
        IValue plan = IValue.listFrom(groups.groups())) {
      forget();
      taken =
          program.run(
              "step",
              arguments.weights(),
              buffers.keys(),
              buffers.values(),
              transfer.input(),
              transfer.output(),
              arguments.shape(),
              arguments.numbers(),
              sizesValue,
              plan);
    }
    transfer.read(batch);
    observer.step(batch, transfer, sizes, groups.groups());
  }

  /**
   * Records the steps from here on.
   *
   * @param recording where to
   */
  public void record(StepRecording recording) {
    recording.model(
        numbers,
        Map.of(
            "device", deviceName(),
            "dtype", numberType().name().toLowerCase(Locale.ROOT),
            "program", String.join(" ", program.files()),
            "pytorch", NativeEngine.pytorch().getVersion()));
    observer = recording;
  }

  /** Records no more. */
  public void recordNoMore() {
    observer = StepObserver.NONE;
  }

  /** What the program is told of the model's shape. */
  ProgramNumbers numbers() {
    return numbers;
  }

  private void forget() {
    if (taken != null) {
      taken.close();
      taken = null;
    }
  }

  /**
   * Computes the matrix products of a step and nothing else, for what holds the step's time against
   * theirs. Its results mean nothing, and those of the step in the batch stay.
   *
   * @param batch the step that was run last
   */
  public void products(StepBatch batch) {
    long[] sizes = prepare(batch);
    products.compute(batch, sizes, buffers, transfer.output(), taken);
  }

  /**
   * How fast this machine multiplies at best, by a matrix as large as those of a feed-forward part
   * and in the model's own number type.
   *
   * @return to be closed by the caller, before the model
   */
  public ProductRates productRates() {
    return new ProductRates(
        memory.manager(), types.factors(), config.hiddenSize(), config.widestMlp());
  }

  /** The logits of all active tokens, {@code [active, vocabulary]}, for tests. */
  float[] logits(StepBatch batch) {
    prepare(batch);
    try (PtNDManager scratch = memory.manager().newSubManager(Device.cpu());
        IValue active = IValue.from((long) batch.active());
        IValue plan = IValue.listFrom(groups.groups());
        IValue result =
            program.run(
                "logits",
                arguments.weights(),
                buffers.keys(),
                buffers.values(),
                transfer.input(),
                arguments.shape(),
                arguments.numbers(),
                active,
                plan)) {
      return result.toTensor(scratch).toFloatArray();
    }
  }

  private long[] prepare(StepBatch batch) {
    buffers.growTo(batch.rows());
    groups.plan(batch);
    return transfer.write(batch, groups);
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
    return types.factors();
  }

  @Override
  public String numbersText() {
    return types.text();
  }

  /**
   * In which numbers the model computes, and why.
   *
   * @return what {@code model.dtype} came to
   */
  public NumberTypes numberTypes() {
    return types;
  }

  @Override
  public long memoryBytes() {
    return device.isGpu()
        ? CudaUtils.getGpuMemory(device).getCommitted()
        : LoadedModel.super.memoryBytes();
  }

  @Override
  public void close() {
    forget();
    buffers.close();
    products.close();
    transfer.close();
    program.close();
    memory.close();
  }
}
