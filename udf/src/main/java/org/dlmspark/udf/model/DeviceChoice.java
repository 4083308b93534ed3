package org.dlmspark.udf.model;

import ai.djl.Device;
import ai.djl.engine.Engine;

/** Turns {@code model.device} into a device. */
final class DeviceChoice {

  private DeviceChoice() {}

  /**
   * Chooses the device.
   *
   * @param setting {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}
   * @param assigned the address of the GPU that Spark assigned to this executor, or null
   * @return the device, which exists
   * @throws IllegalArgumentException if the device cannot be used; says what to do
   */
  static Device device(String setting, String assigned) {
    if (setting.equals("cpu") || (setting.equals("auto") && assigned == null)) {
      return Device.cpu();
    }
    int index = gpuIndex(setting, assigned);
    String wanted =
        "model.device = "
            + setting
            + (assigned == null ? "" : " with GPU " + assigned + " assigned by Spark");
    Engine engine = NativeEngine.pytorch();
    int count = engine.getGpuCount();
    if (count == 0 || !engine.hasCapability("CUDA")) {
      throw new IllegalArgumentException(
          wanted
              + ": PyTorch "
              + engine.getVersion()
              + " sees no GPU here; build with -Pcuda, check the driver with nvidia-smi, or set"
              + " model.device = cpu");
    }
    if (index >= count) {
      throw new IllegalArgumentException(
          wanted + ": this machine's GPUs are 0 to " + (count - 1) + "; choose one of them");
    }
    return Device.gpu(index);
  }

  /** The index that a setting other than {@code cpu} means. */
  private static int gpuIndex(String setting, String assigned) {
    if (setting.startsWith("gpu:")) {
      return Integer.parseInt(setting.substring("gpu:".length()));
    }
    if (assigned == null) {
      return 0;
    }
    if (!assigned.matches("\\d{1,4}")) {
      throw new IllegalArgumentException(
          "model.device = "
              + setting
              + ": Spark assigned the GPU address '"
              + assigned
              + "', which is no number; let the discovery script print indices, or set model.device"
              + " = gpu:N");
    }
    return Integer.parseInt(assigned);
  }
}
