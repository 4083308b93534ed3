package org.dlmspark.udf.service;

import java.nio.file.Path;
import java.util.Optional;
import org.dlmspark.udf.model.LoadedModel;

/**
 * Computes the steps of a model folder in place of PyTorch: for tests of what surrounds the model,
 * whose models fail as real ones do only now and then. Found by {@link java.util.ServiceLoader} on
 * the class path and nowhere else; the application brings none.
 */
public interface ModelProvider {

  /**
   * Loads a folder's model.
   *
   * @param folder the folder that {@code model.path} names
   * @return nothing if the folder is not one of this provider's
   */
  Optional<LoadedModel> load(Path folder);
}
