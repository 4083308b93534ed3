package org.dlmspark.udf.plugin;

import java.io.Serializable;
import java.util.List;
import org.dlmspark.udf.service.ExecutorState;

/** What an executor's plugin says to the driver's. */
sealed interface DriverMessage extends Serializable {

  /**
   * The batch of one of its decoders; answered with null.
   *
   * @param executor Spark's name of the executor
   * @param decoder tells its decoders apart
   * @param rows the rows' names in the run
   */
  record Running(String executor, int decoder, List<String> rows) implements DriverMessage {}

  /**
   * A question for the rows to be careful with; answered by {@link Quarantine#careful}.
   *
   * @param executor Spark's name of the executor
   */
  record Careful(String executor) implements DriverMessage {}

  /**
   * What an executor has done so far; not answered.
   *
   * @param state its counts
   */
  record State(ExecutorState state) implements DriverMessage {}
}
