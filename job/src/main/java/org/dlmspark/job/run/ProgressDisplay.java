package org.dlmspark.job.run;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.dlmspark.job.Console;
import org.dlmspark.udf.DlmSparkPlugin;
import org.dlmspark.udf.service.BackgroundClock;

/**
 * Shows how far a run is while it runs: a bar on a terminal, else a line a minute. Looks at the
 * executors once a second, on a thread of its own, until it is closed.
 */
final class ProgressDisplay implements AutoCloseable {
  private static final int LINE_EVERY_SECONDS = 60;
  private static final int USUAL_WIDTH = 79;

  private final ProgressMeter meter;
  private final Console console;
  private final ProgressBar bar;
  private final ScheduledExecutorService clock;
  private int seconds;

  /**
   * Begins to show.
   *
   * @param toDo rows that the run has to do
   * @param console where lines go, and on whose error stream a bar stands
   * @param terminal whether a person looks at it: a bar, else lines
   */
  ProgressDisplay(long toDo, Console console, boolean terminal) {
    meter = new ProgressMeter(toDo);
    this.console = console;
    bar = terminal && toDo > 0 ? bar(toDo, console) : null;
    clock = BackgroundClock.named("dlm-progress");
    var unused = clock.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  private static ProgressBar bar(long toDo, Console console) {
    return new ProgressBarBuilder()
        .setTaskName("rows")
        .setInitialMax(toDo)
        .setUpdateIntervalMillis(1000)
        .continuousUpdate() // also while nothing is done: the time goes on, and what is waited for
        .setStyle(
            System.getenv().getOrDefault("NO_COLOR", "").isEmpty()
                ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                : ProgressBarStyle.UNICODE_BLOCK)
        .hideEta() // its own knows nothing of the time that loading takes
        .setConsumer(new ConsoleProgressBarConsumer(console.barBegins(), width()))
        .clearDisplayOnFinish()
        .build();
  }

  /**
   * The terminal's width, which submit.sh finds out. The library would ask the terminal through
   * JLine, which takes Ctrl-C away from this process.
   */
  private static int width() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9][0-9]{1,3}")
        ? Integer.parseInt(columns) - 1
        : USUAL_WIDTH;
  }

  /** A wave was committed; {@code all} is what the run has committed so far. */
  void committed(WaveResult all) {
    meter.committed(all, System.nanoTime(), DlmSparkPlugin.executors().all());
  }

  private void tick() {
    seconds++;
    Progress progress = meter.at(System.nanoTime(), DlmSparkPlugin.executors().all());
    if (bar != null) {
      bar.stepTo(progress.rows());
      bar.setExtraMessage(" " + progress.rest());
    } else if (seconds % LINE_EVERY_SECONDS == 0) {
      console.say(progress.line());
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    if (bar != null) {
      bar.close();
      console.barEnds();
    }
  }
}
