package org.dlmspark.udf.decode;

/**
 * The model as the denoising loop sees it: one forward pass over the active positions of all
 * running sequences.
 */
public interface DenoisingModel {

  /**
   * Computes the active tokens of {@code batch}, writes their keys and values into the buffer rows
   * that the batch names, lets each attend over the rows that its entry of the batch sees, and
   * reports for every candidate the best token and its probability through {@link
   * StepBatch#setResult}.
   *
   * @param batch what to compute; filled with the results on return
   */
  void step(StepBatch batch);
}
