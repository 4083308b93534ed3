package org.dlmspark.job.run;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.dlmspark.job.Console;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;

/**
 * What Ctrl-C and other requests to end do to a run: the wave in progress is dropped, the output's
 * lock is given back, and one line says what is left and how to go on.
 */
public final class Interruption implements AutoCloseable {

  /** Before Spark's hooks, which make tasks and the driver fail in many words. */
  private static final int FIRST = 1000;

  private static final AtomicBoolean HAPPENED = new AtomicBoolean();

  private final Console console;
  private final OutputFolder folder;
  private final String runId;
  private final OutputLock lock;
  private final Runnable hook = this::interrupt;

  /**
   * Watches until it is closed.
   *
   * @param console where to say it
   * @param folder the output
   * @param runId the run
   * @param lock what to give back
   */
  public Interruption(Console console, OutputFolder folder, String runId, OutputLock lock) {
    this.console = console;
    this.folder = folder;
    this.runId = runId;
    this.lock = lock;
    ShutdownHookManager.get().addShutdownHook(hook, FIRST);
  }

  private void interrupt() {
    HAPPENED.set(true);
    Configurator.setAllLevels("", Level.OFF);
    console.barEnds();
    console.error(
        String.format(
            Locale.ROOT,
            "interrupted: the wave in progress is dropped, %,d rows of this run are committed in"
                + " %s; the same command goes on from there (unless it says output.mode=overwrite)",
            RunJournal.interrupted(folder, runId),
            folder.path()));
    lock.close();
  }

  /** Whether this process is ending before its work is done. */
  public static boolean happened() {
    return HAPPENED.get();
  }

  /** The work is done: nothing is lost from now on. */
  public void tooLate() {
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
