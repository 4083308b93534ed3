package org.dlmspark.job.run;

import org.dlmspark.job.settings.OutputMode;

/**
 * What there is, and what there is to do.
 *
 * @param done rows in the output
 * @param failed those of them with an error
 * @param missing rows of the input that are not in the output
 */
record Work(long done, long failed, long missing) {

  /** Whether a run in this mode does rows anew. */
  boolean retries(OutputMode mode) {
    return mode == OutputMode.RETRY_FAILED && failed > 0;
  }

  /** Rows that a run in this mode has to do. */
  long toDo(OutputMode mode) {
    return retries(mode) ? missing + failed : missing;
  }
}
