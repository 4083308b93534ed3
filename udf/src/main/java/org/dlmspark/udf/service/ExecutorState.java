package org.dlmspark.udf.service;

import java.io.Serializable;

/**
 * What an executor says of itself, once a second, to the driver's plugin. Counts are those since
 * the executor's start, rows of attempts that failed later included.
 *
 * @param executor Spark's name of it
 * @param weightBytes the model's weights as they are stored; 0 if the folder is not open yet
 * @param loadedBytes how many of them are in memory
 * @param loadMillis the time that loading took, in milliseconds; -1 while it lasts
 * @param stopped rows that ended by an end token or a stop text
 * @param full rows that ended by their length
 * @param failed rows with an error
 * @param completionTokens tokens generated
 * @param steps denoising steps, summed over rows
 * @param positions positions computed, summed over rows
 * @param passes passes of the model, each a step of all rows in the batch
 * @param running rows in the batch
 * @param slots {@code batch.max-sequences}
 * @param waiting rows that wait for a slot
 * @param memoryBytes on a GPU what is in use of its memory, else the process's resident size
 */
public record ExecutorState(
    String executor,
    long weightBytes,
    long loadedBytes,
    long loadMillis,
    long stopped,
    long full,
    long failed,
    long completionTokens,
    long steps,
    long positions,
    long passes,
    int running,
    int slots,
    int waiting,
    long memoryBytes)
    implements Serializable {

  /**
   * Rows that left the decoder or never reached it.
   *
   * @return rows, those with an error too
   */
  public long rows() {
    return stopped + full + failed;
  }

  /**
   * Whether it can decode.
   *
   * @return false while the model is being loaded
   */
  public boolean ready() {
    return loadMillis >= 0;
  }

  /** The same executor after its end: what it did counts, and it holds nothing. */
  public ExecutorState ended() {
    return new ExecutorState(
        executor,
        weightBytes,
        loadedBytes,
        loadMillis,
        stopped,
        full,
        failed,
        completionTokens,
        steps,
        positions,
        passes,
        0,
        0,
        0,
        0);
  }
}
