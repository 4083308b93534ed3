package org.dlmspark.job.run;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.dlmspark.job.Console;
import org.dlmspark.job.output.OutputFolder;
import org.dlmspark.job.output.OutputLock;

/**
 * What Ctrl-C and other requests to end do: one line says what is left and how to go on, and
 * nothing else is said. Who writes to an output drops what is in progress and gives the lock back.
 */
public final class Interruption implements AutoCloseable {

  /** Before Spark's hooks, which make tasks and the driver fail in many words. */
  private static final int FIRST = 1000;

  private static final AtomicBoolean HAPPENED = new AtomicBoolean();

  private final Console console;
  private final Supplier<String> left;
  private final Consumer<Runnable> around;
  private final Runnable hook = this::interrupt;

  private Interruption(Console console, Supplier<String> left, Consumer<Runnable> around) {
    this.console = console;
    this.left = left;
    this.around = around;
    ShutdownHookManager.get().addShutdownHook(hook, FIRST);
  }

  /**
   * Watches, until it is closed, what leaves nothing to go on from.
   *
   * @param console where to say it
   * @param left what an interruption leaves
   * @return the watch
   */
  public static Interruption of(Console console, String left) {
    return new Interruption(console, () -> left, Runnable::run);
  }

  /**
   * Watches, until it is closed, what holds an output and leaves nothing to go on from.
   *
   * @param console where to say it
   * @param left what an interruption leaves
   * @param lock what to give back
   * @return the watch
   */
  public static Interruption of(Console console, String left, OutputLock lock) {
    return new Interruption(console, () -> left, lock::close);
  }

  /**
   * Watches a run until it is closed.
   *
   * @param console where to say it
   * @param folder the output
   * @param runId the run
   * @param lock what to give back
   * @return the watch
   */
  public static Interruption ofRun(
      Console console, OutputFolder folder, String runId, OutputLock lock) {
    return new Interruption(console, () -> left(folder, runId), lock::close);
  }

  private static String left(OutputFolder folder, String runId) {
    OptionalLong rows = RunJournal.interrupted(folder, runId);
    return rows.isEmpty()
        ? "nothing was decoded yet; start the same command again"
        : String.format(
            Locale.ROOT,
            "the wave in progress is dropped, %,d rows of this run are committed in %s; the same"
                + " command goes on from there (unless it says output.mode=overwrite)",
            rows.getAsLong(),
            folder.path());
  }

  private void interrupt() {
    HAPPENED.set(true);
    Configurator.setAllLevels("", Level.OFF);
    // A wave that is being committed is, and nothing after it: another run may begin at once.
    around.accept(() -> console.lastWord("interrupted: " + left.get()));
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
