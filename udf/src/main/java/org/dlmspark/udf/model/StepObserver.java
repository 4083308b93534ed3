package org.dlmspark.udf.model;

import org.dlmspark.udf.decode.StepBatch;

/** Is shown each step once it is computed. */
interface StepObserver {

  /** Looks at nothing. */
  StepObserver NONE = (batch, transfer, sizes, groups) -> {};

  /**
   * A step was computed.
   *
   * @param batch the step
   * @param transfer holds the step's input and result, until the next
   * @param sizes as {@link HostTransfer#write} gave them
   * @param groups as {@link AttentionGroups#groups} gave them
   */
  void step(StepBatch batch, HostTransfer transfer, long[] sizes, long[] groups);
}
