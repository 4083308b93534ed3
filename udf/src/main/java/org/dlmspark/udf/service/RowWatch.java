package org.dlmspark.udf.service;

import java.util.List;
import java.util.Map;

/** Who remembers the rows of a process that ends without a word. */
public interface RowWatch {

  /** Nobody: where the plugin is not used, or driver and executor are one process. */
  RowWatch NONE =
      new RowWatch() {
        @Override
        public void running(int decoder, List<String> rows) {}

        @Override
        public Map<String, Verdict> verdicts() {
          return Map.of();
        }
      };

  /** How a row is to be handled. */
  enum Verdict {
    /** It was in the batch of a process that ended: no other row may run beside it. */
    ALONE,
    /** It ended its process, alone in the batch, after it had been in such a batch before. */
    NEVER
  }

  /**
   * Told before the step that first has these rows; when it returns, they are remembered. Rows may
   * leave the batch without a word until it is empty.
   *
   * @param decoder tells the decoders of a process apart
   * @param rows all rows of its batch
   */
  void running(int decoder, List<String> rows);

  /**
   * The rows to be careful with.
   *
   * @return those that are not to be decoded as all others are
   */
  Map<String, Verdict> verdicts();
}
