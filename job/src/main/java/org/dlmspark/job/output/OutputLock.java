package org.dlmspark.job.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.service.BackgroundClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second job from writing to an output. The lock is a file among the output's notes that
 * its holder writes anew every ten seconds; it expires when that has not happened for a minute, by
 * the file system's own clock, and at once when its holder was a process of this machine that is no
 * more.
 */
public final class OutputLock implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OutputLock.class);
  private static final String FILE = "lock.json";
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final Duration EXPIRY = Duration.ofSeconds(60);

  /** How long two jobs that begin at the same time may overlook each other. */
  private static final Duration SETTLE = Duration.ofMillis(300);

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Who holds the lock.
   *
   * @param runId the run
   * @param host its driver's machine
   * @param pid its driver's process
   * @param processStart when that process began, ISO 8601: process numbers are used again
   * @param since when it took the lock, ISO 8601
   */
  private record Holder(String runId, String host, long pid, String processStart, String since) {

    static Holder self(String runId) {
      ProcessHandle process = ProcessHandle.current();
      return new Holder(
          runId, localHost(), process.pid(), startOf(process), Instant.now().toString());
    }

    boolean isGone() {
      return host.equals(localHost())
          && ProcessHandle.of(pid)
              .map(process -> !Objects.equals(startOf(process), processStart))
              .orElse(true);
    }

    private static String startOf(ProcessHandle process) {
      return process.info().startInstant().map(Instant::toString).orElse("");
    }

    private static String localHost() {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (IOException e) {
        return "localhost";
      }
    }
  }

  private final OutputFolder folder;
  private final byte[] content;
  private final ScheduledExecutorService beats;
  private volatile boolean lost;

  private OutputLock(OutputFolder folder, byte[] content) {
    this.folder = folder;
    this.content = content;
    beats = BackgroundClock.named("dlm-output-lock");
    var unused =
        beats.scheduleAtFixedRate(
            this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Takes the lock of an output.
   *
   * @param folder the output
   * @param runId the run that will write to it
   * @return the lock, to be closed
   * @throws RefusedException if another job holds it; says who, and since when
   */
  public static OutputLock acquire(OutputFolder folder, String runId) throws IOException {
    byte[] content = json(Holder.self(runId));
    removeIfDead(folder);
    try {
      folder.create(FILE, content);
    } catch (FileAlreadyExistsException e) {
      throw held(folder);
    }
    pause();
    if (!Arrays.equals(content, folder.read(FILE))) {
      throw held(folder);
    }
    return new OutputLock(folder, content);
  }

  private static void removeIfDead(OutputFolder folder) throws IOException {
    byte[] bytes = folder.read(FILE);
    if (bytes == null) {
      return;
    }
    Holder holder = holder(bytes);
    Duration silent = silence(folder);
    if ((holder != null && holder.isGone()) || silent.compareTo(EXPIRY) > 0) {
      log.info(
          "the lock of {} is taken over: run {} ended without giving it back",
          folder.path(),
          holder == null ? "of an unknown name" : holder.runId());
      folder.remove(FILE);
    }
  }

  private static Duration silence(OutputFolder folder) throws IOException {
    String probe = FILE + ".now";
    folder.replace(probe, new byte[0]);
    Duration silence =
        Duration.ofMillis(Math.max(0, folder.writtenAt(probe) - folder.writtenAt(FILE)));
    folder.remove(probe);
    return silence;
  }

  private static RefusedException held(OutputFolder folder) throws IOException {
    byte[] bytes = folder.read(FILE);
    Holder holder = bytes == null ? null : holder(bytes);
    String who =
        holder == null
            ? "another job"
            : "run "
                + holder.runId()
                + ", process "
                + holder.pid()
                + " on "
                + holder.host()
                + ", since "
                + holder.since();
    return new RefusedException(
        "output.path = "
            + folder.path()
            + " is being written by "
            + who
            + " (last sign of life "
            + silence(folder).toSeconds()
            + " s ago): wait for it, or choose another folder; if it is dead, its lock expires "
            + EXPIRY.toSeconds()
            + " s after its last sign of life");
  }

  /** The holder, or null if the file is not readable as one: it is then known by its age alone. */
  private static Holder holder(byte[] bytes) {
    try {
      return JSON.readValue(bytes, Holder.class);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private static byte[] json(Holder holder) {
    try {
      return JSON.writeValueAsString(holder).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void beat() {
    try {
      byte[] there = folder.read(FILE);
      if (!Arrays.equals(content, there)) {
        lost = true;
        log.error("the lock of {} was taken by another job", folder.path());
        beats.shutdown();
        return;
      }
      folder.replace(FILE, content);
    } catch (IOException | RuntimeException e) {
      // The next beat may succeed; the lock expires after several that do not.
      log.warn("the lock of {} could not be renewed", folder.path(), e);
    }
  }

  /** Throws if another job has taken the lock, which happens to a driver that slept for minutes. */
  public void check() {
    if (lost) {
      throw new IllegalStateException(
          "the lock of output.path = "
              + folder.path()
              + " was lost to another job, since this one gave no sign of life for "
              + EXPIRY.toSeconds()
              + " s: what it has committed is kept; start it again when the other one is done");
    }
  }

  private static void pause() {
    try {
      Thread.sleep(SETTLE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    beats.shutdown();
    try {
      // A beat under way would write the file once more.
      if (beats.awaitTermination(BEAT.toMillis(), TimeUnit.MILLISECONDS) && !lost) {
        folder.remove(FILE);
        folder.removeIfEmpty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("the lock of {} could not be removed; it expires", folder.path(), e);
    }
  }
}
