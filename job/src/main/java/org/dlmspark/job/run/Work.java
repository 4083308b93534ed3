package org.dlmspark.job.run;

/**
 * What there is, and what there is to do. With several samples of a prompt each is a row.
 *
 * @param done rows in the output
 * @param failed those of them with an error
 * @param gone those of them that the input has no longer
 * @param unhashed those of them of which it is not known what was asked: a version wrote them that
 *     did not note it
 * @param changed those of them of which the input asks something else now
 * @param example the name of one that has changed; null if none has
 * @param anew those of them that the run has to do anew, with an error or changed
 * @param missing rows of the input that are not in the output
 */
record Work(
    long done,
    long failed,
    long gone,
    long unhashed,
    long changed,
    String example,
    long anew,
    long missing) {

  /** All of it, where there is no output. */
  static Work of(long missing) {
    return new Work(0, 0, 0, 0, 0, null, 0, missing);
  }

  /** Rows of the output without an error. */
  long good() {
    return done - failed;
  }

  /** Rows that the run has to do. */
  long toDo() {
    return missing + anew;
  }
}
