package org.dlmspark.job.output;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.service.BackgroundClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second job from writing to an output. The lock is a file among the output's notes that
 * its holder writes anew every ten seconds. Another may take it when that has not happened for a
 * minute, by the file system's own clock, and does not happen while it watches; and at once when
 * the holder's process is known to have ended.
 *
 * <p>A process that has lost its lock, or given it back, changes the output no more: every change
 * of the folder goes through the lock, which looks at the file first.
 */
public final class OutputLock implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OutputLock.class);

  /** Its file name among the notes. */
  static final String FILE = "lock.json";

  /**
   * How fast it goes.
   *
   * @param beat how often its holder says that it lives
   * @param expiry how long it may be silent
   * @param watch how long another watches before it takes a lock that has expired
   * @param settle how long two that begin at the same time may overlook each other
   */
  record Pace(Duration beat, Duration expiry, Duration watch, Duration settle) {}

  private static final Pace PACE =
      new Pace(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofMillis(300));

  private final OutputFolder folder;
  private final Pace pace;
  private final boolean madeFolder;
  private final ScheduledExecutorService beats;

  /** Who this is; changed by the beats alone. */
  private volatile LockHolder self;

  /** Why nothing may be changed any more; null as long as it may. */
  private volatile String lost;

  private OutputLock(OutputFolder folder, Pace pace, boolean madeFolder, LockHolder self) {
    this.folder = folder;
    this.pace = pace;
    this.madeFolder = madeFolder;
    this.self = self;
    beats = BackgroundClock.named("dlm-output-lock");
    long millis = pace.beat().toMillis();
    var unused = beats.scheduleWithFixedDelay(this::beat, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Takes the lock of an output. What processes that held it before have not committed is removed.
   *
   * @param folder the output, whose changes go through the lock from now on
   * @param runId the run that will write to it
   * @return the lock, to be closed
   * @throws RefusedException if another job holds it; says who, and since when; or if the folder
   *     cannot be written
   */
  public static OutputLock acquire(OutputFolder folder, String runId) {
    try {
      return acquire(folder, runId, ProcessTable.here(), PACE);
    } catch (IOException e) { // it is the first thing that a run writes
      throw OutputAccess.refused(folder, e);
    }
  }

  static OutputLock acquire(OutputFolder folder, String runId, ProcessTable processes, Pace pace)
      throws IOException {
    boolean made = !folder.exists();
    LockHolder self = LockHolder.self(runId, processes);
    removeIfDead(folder, processes, pace);
    try {
      folder.create(FILE, self.json());
    } catch (FileAlreadyExistsException e) {
      throw held(folder, pace);
    }
    pause(pace.settle());
    requireSame(self, folder, pace);
    folder.uncommitted().removeOthers();
    // One that only slept may have beaten just before; from now on it cannot.
    requireSame(self, folder, pace);
    OutputLock lock = new OutputLock(folder, pace, made, self);
    folder.guardedBy(lock::pass);
    return lock;
  }

  private static void requireSame(LockHolder self, OutputFolder folder, Pace pace)
      throws IOException {
    if (!self.isSame(LockHolder.read(folder.read(FILE)))) {
      throw held(folder, pace);
    }
  }

  private static void removeIfDead(OutputFolder folder, ProcessTable processes, Pace pace)
      throws IOException {
    byte[] there = folder.read(FILE);
    if (there == null) {
      return;
    }
    LockHolder holder = LockHolder.read(there);
    boolean ended = holder != null && holder.hasEnded(processes);
    if (!ended) {
      if (silence(folder).compareTo(pace.expiry()) <= 0) {
        return;
      }
      log.info("{} gave no sign of life to {} for long: watching", name(holder), folder.path());
      pause(pace.watch());
    }
    if (Arrays.equals(there, folder.read(FILE))) {
      log.info(
          "the lock of {} is taken over: {} {}",
          folder.path(),
          name(holder),
          ended ? "ended without giving it back" : "gives no sign of life");
      folder.remove(FILE);
    }
  }

  private static String name(LockHolder holder) {
    return holder == null ? "a run of an unknown name" : holder.toString();
  }

  private static Duration silence(OutputFolder folder) throws IOException {
    long now = folder.uncommitted().now();
    return Duration.ofMillis(Math.max(0, now - folder.writtenAt(FILE)));
  }

  private static RefusedException held(OutputFolder folder, Pace pace) throws IOException {
    LockHolder holder = LockHolder.read(folder.read(FILE));
    RefusedException refusal =
        new RefusedException(
            "output.path = "
                + folder.path()
                + " is being written by "
                + (holder == null ? "another job" : holder)
                + " (last sign of life "
                + silence(folder).toSeconds()
                + " s ago): wait for it, or choose another folder; if it is dead, its lock expires "
                + pace.expiry().toSeconds()
                + " s after its last sign of life");
    folder.uncommitted().removeOwn();
    return refusal;
  }

  private void beat() {
    try {
      LockHolder next = self.beat();
      folder.replace(FILE, next.json(), this::passBeat);
      self = next;
    } catch (IllegalStateException e) {
      log.error(e.getMessage());
      beats.shutdown();
    } catch (IOException | RuntimeException e) {
      // The next beat may succeed; the lock expires after several that do not.
      log.warn("the lock of {} could not be renewed", folder.path(), e);
    }
  }

  private void passBeat(Gate.Change change) throws IOException {
    look();
    change.make();
  }

  /**
   * Makes a change to the output, if this process still may: never two at the same time, and none
   * after it has given the lock back.
   *
   * @throws IllegalStateException if it may not; says which run may
   */
  synchronized void pass(Gate.Change change) throws IOException {
    look();
    try {
      change.make();
    } catch (IOException e) {
      look(); // who took the lock meanwhile removed what was to be committed
      throw e;
    }
  }

  /**
   * Throws if this process may change the output no more, since another has taken the lock, which
   * happens to a driver that slept for minutes.
   */
  public void check() {
    try {
      look();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the lock of output.path = " + folder.path() + " cannot be looked at", e);
    }
  }

  private void look() throws IOException {
    if (lost == null) {
      byte[] there = folder.read(FILE);
      if (there == null) {
        pause(pace.settle()); // some file systems remove the old file before they move the new one
        there = folder.read(FILE);
      }
      LockHolder holder = LockHolder.read(there);
      if (!self.isSame(holder)) {
        lost =
            "the lock of output.path = "
                + folder.path()
                + (holder == null
                    ? " is gone, taken by another run that has ended, or removed"
                    : " was taken by " + holder)
                + ", when this one, run "
                + self.runId()
                + ", had given no sign of life for "
                + pace.expiry().toSeconds()
                + " s: what it has committed is kept; start it again when no other writes there";
      }
    }
    if (lost != null) {
      throw new IllegalStateException(lost);
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(() -> {});
  }

  /**
   * Gives the lock back when a change under way in another thread is made; from then on this
   * process makes no other.
   *
   * @param last what to do first, with no other change between
   */
  public void close(Runnable last) {
    boolean held;
    synchronized (this) {
      last.run();
      held = lost == null;
      if (held) {
        lost = "the lock of output.path = " + folder.path() + " is given back";
      }
    }
    beats.shutdown();
    try {
      // A beat under way would write the file once more.
      boolean still = beats.awaitTermination(pace.beat().toMillis(), TimeUnit.MILLISECONDS);
      folder.uncommitted().removeOwn();
      if (held && still && self.isSame(LockHolder.read(folder.read(FILE)))) {
        folder.remove(FILE, Gate.Change::make);
        folder.removeIfEmpty(madeFolder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("the lock of {} could not be removed; it expires", folder.path(), e);
    }
  }
}
