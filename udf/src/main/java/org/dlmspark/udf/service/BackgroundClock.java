package org.dlmspark.udf.service;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Makes threads for what is done again and again beside the work. */
public final class BackgroundClock {

  private BackgroundClock() {}

  /**
   * Makes a scheduler of one thread, which does not keep the process alive.
   *
   * @param thread the thread's name
   * @return the scheduler, to be shut down
   */
  public static ScheduledExecutorService named(String thread) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread made = new Thread(task, thread);
          made.setDaemon(true);
          return made;
        });
  }
}
