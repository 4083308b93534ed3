package org.dlmspark.udf.model;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;

/**
 * The native memory that lives as long as a model: the arrays of its manager, and the values that
 * the program is given at every step.
 */
final class NativeMemory implements AutoCloseable {
  private final PtNDManager manager;
  private final List<IValue> values = new ArrayList<>();

  /**
   * Becomes the owner of a manager and all its arrays.
   *
   * @param manager a manager of the model's device
   */
  NativeMemory(PtNDManager manager) {
    this.manager = manager;
  }

  PtNDManager manager() {
    return manager;
  }

  /** Becomes the owner of a value, which it gives back. */
  IValue kept(IValue value) {
    values.add(value);
    return value;
  }

  @Override
  public void close() {
    values.forEach(IValue::close);
    manager.close();
  }
}
