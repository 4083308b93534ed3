package org.dlmspark.udf.model;

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
   * The number type of weights, activations and KV buffers.
   *
   * @return what {@code model.dtype} came to
   */
  NumberType numberType();

  @Override
  void close();
}
