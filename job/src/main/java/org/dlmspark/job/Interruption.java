package org.dlmspark.job;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * What Ctrl-C and other requests to end do to a run: the wave in progress is dropped, the output's
 * lock is given back, and one line says what is left and how to go on.
 */
final class Interruption implements AutoCloseable {

  /** Before Spark's hooks, which make tasks and the driver fail in many words. */
  private static final int FIRST = 1000;

  private static final AtomicBoolean HAPPENED = new AtomicBoolean();

  private final Console console;
  private final String output;
  private final OutputLock lock;
  private final Runnable hook = this::interrupt;

  /**
   * Watches until it is closed.
   *
   * @param console where to say it
   * @param output {@code output.path}
   * @param lock what to give back
   */
  Interruption(Console console, String output, OutputLock lock) {
    this.console = console;
    this.output = output;
    this.lock = lock;
    ShutdownHookManager.get().addShutdownHook(hook, FIRST);
  }

  private void interrupt() {
    HAPPENED.set(true);
    Configurator.setAllLevels("", Level.OFF);
    console.barEnds();
    console.error(
        "interrupted: the wave in progress is dropped, what was committed stays in "
            + output
            + "; the same command goes on from there (unless it says output.mode=overwrite)");
    lock.close();
  }

  /** Whether this process is ending before its work is done. */
  static boolean happened() {
    return HAPPENED.get();
  }

  /** The work is done: nothing is lost from now on. */
  void tooLate() {
    close();
  }

  @Override
  public void close() {
    ShutdownHookManager manager = ShutdownHookManager.get();
    if (!manager.isShutdownInProgress()) {
      manager.removeShutdownHook(hook);
    }
  }
}
