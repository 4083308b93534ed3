package org.dlmspark.udf.model;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.ArrayList;
import java.util.List;
import org.dlmspark.udf.checkpoint.NumberType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TorchScript program {@code denoising_step.py}, loaded for a device. */
final class DenoisingProgram implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DenoisingProgram.class);

  private final PtSymbolBlock block;
  private final List<String> files;

  private DenoisingProgram(PtSymbolBlock block, List<String> files) {
    this.block = block;
    this.files = List.copyOf(files);
  }

  /**
   * Loads the program, with the products that suit the device and the number type best.
   *
   * @param manager a manager of the device
   * @param types the numbers that it computes in
   * @param wide whether the model's products are long
   * @param attention how attention is computed
   * @return the program, to be closed by the caller
   */
  static DenoisingProgram load(
      PtNDManager manager, NumberTypes types, boolean wide, AttentionForm attention) {
    if (types.isMixed()) {
      return load(manager, attention, "products_bfloat16.py", "sizes_few.py");
    }
    if (wide && !manager.getDevice().isGpu() && types.factors() == NumberType.FLOAT32) {
      try {
        return load(manager, attention, "products_onednn.py", "sizes_few.py");
      } catch (RuntimeException e) {
        LOG.info("this PyTorch has no oneDNN: products with few rows are slower", e);
      }
    }
    return load(manager, attention, "products_torch.py");
  }

  private static DenoisingProgram load(
      PtNDManager manager, AttentionForm attention, String... products) {
    List<String> files = new ArrayList<>(List.of("denoising_step.py"));
    files.addAll(List.of(products));
    files.addAll(attention.program());
    return new DenoisingProgram(TorchScriptArchive.load(manager, "DenoisingStep", files), files);
  }

  /** The files that it was put together from. */
  List<String> files() {
    return files;
  }

  /**
   * Runs one of its methods.
   *
   * @param method the method's name
   * @param arguments its arguments, in its order; they stay the caller's
   * @return its result, to be closed by the caller
   */
  IValue run(String method, IValue... arguments) {
    return IValueUtils.runMethod(block, method, arguments);
  }

  @Override
  public void close() {
    block.close();
  }
}
