package org.dlmspark.udf.model;

import java.util.Locale;
import org.dlmspark.udf.checkpoint.ModelConfig;
import org.dlmspark.udf.checkpoint.NumberType;
import org.dlmspark.udf.decode.DenoisingModel;

/** A model in memory, ready to compute. */
public interface LoadedModel extends DenoisingModel, AutoCloseable {

  /**
   * The model's shape and constants.
   *
   * @return the checkpoint's configuration
   */
  ModelConfig config();

  /**
   * Where the model runs.
   *
   * @return {@code cpu} or {@code gpu:N}
   */
  String deviceName();

  /**
   * The number type of weights.
   *
   * @return what {@code model.dtype} came to
   */
  NumberType numberType();

  /**
   * In which numbers the model computes, and why, for people.
   *
   * @return such as {@code float32 (as stored)}
   */
  default String numbersText() {
    return numberType().name().toLowerCase(Locale.ROOT);
  }

  /**
   * What memory is in use where the model runs: on a GPU of all that it has, whoever uses it, else
   * by this process.
   *
   * @return bytes; 0 where the system does not say
   */
  default long memoryBytes() {
    ProcessMemory memory = ProcessMemory.read();
    return memory == null ? 0 : memory.resident();
  }

  @Override
  void close();
}
