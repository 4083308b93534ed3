package org.dlmspark.udf;

import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;

/**
 * What the rows of a task need to know of it.
 *
 * @param partition the task's partition
 * @param attempt the task's attempt, from 0
 * @param cancelled whether Spark wants the task to end; asked between waits, since native code
 *     knows no interrupts
 */
record TaskView(int partition, int attempt, BooleanSupplier cancelled) {

  /** The view of a Spark task; outside of one a task that is never cancelled. */
  static TaskView of(TaskContext task) {
    return task == null
        ? new TaskView(0, 0, () -> false)
        : new TaskView(task.partitionId(), task.attemptNumber(), task::isInterrupted);
  }
}
