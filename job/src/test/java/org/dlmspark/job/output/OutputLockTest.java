package org.dlmspark.job.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.dlmspark.job.RefusedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputLockTest {

  /** Processes of a machine that the test thinks up. */
  private record Fake(String name, Map<Long, String> starts) implements ProcessTable {
    @Override
    public String startOf(long pid) {
      return starts.getOrDefault(pid, "");
    }
  }

  private static final long HOLDER = 4711;
  private static final ProcessTable HERE =
      new Fake("boot pid:[1]", Map.of(ProcessHandle.current().pid(), "5"));

  /** Beats of its own do not come in the way. */
  private static final OutputLock.Pace PACE =
      new OutputLock.Pace(
          Duration.ofMinutes(10),
          Duration.ofSeconds(60),
          Duration.ofMillis(200),
          Duration.ofMillis(10));

  @TempDir Path temp;
  private Path out;
  private Path file;

  @BeforeEach
  void names() {
    out = temp.resolve("out");
    file = out.resolve("_dlm-spark/lock.json");
  }

  private OutputFolder folder() {
    return new OutputFolder(out.toString(), new Configuration());
  }

  private OutputLock acquire(OutputFolder folder, String runId) throws IOException {
    return OutputLock.acquire(folder, runId, HERE, PACE);
  }

  private void write(LockHolder holder) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, holder.json());
  }

  private void silentFor(Duration time) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(time)));
  }

  @ParameterizedTest
  @CsvSource({
    // its table, the start it noted, what is seen of its number here, silent for; taken over
    "boot pid:[1], 7, 7, 1, false",
    "boot pid:[1], 7, , 1, true",
    "boot pid:[1], 7, 8, 1, true",
    "boot pid:[1], , 8, 1, false",
    "boot pid:[2], 7, , 1, false",
    "other pid:[1], 7, , 1, false",
    "'', 7, , 1, false",
    ", 7, , 1, false",
    "boot pid:[2], 7, , 61, true",
    "boot pid:[2], 7, 7, 61, true",
    "boot pid:[1], 7, 7, 61, true",
    ", 7, , 61, true",
  })
  void aLockIsTakenFromADeadHolderOrASilentOne(
      String table, String noted, String seen, long silent, boolean taken) throws IOException {
    write(new LockHolder("first", "host", HOLDER, noted, table, "then", 3));
    silentFor(Duration.ofSeconds(silent));
    ProcessTable here = new Fake("boot pid:[1]", seen == null ? Map.of() : Map.of(HOLDER, seen));
    if (taken) {
      OutputLock.acquire(folder(), "second", here, PACE).close();
      assertThat(file).doesNotExist();
    } else {
      assertThatThrownBy(() -> OutputLock.acquire(folder(), "second", here, PACE))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(
              "is being written by run first, process 4711 on host, since then (last sign of life "
                  + silent);
      assertThat(LockHolder.read(Files.readAllBytes(file)).runId()).isEqualTo("first");
    }
  }

  @Test
  void whatCannotBeSeenHereTellsNothingOfDeath() {
    LockHolder holder = new LockHolder("first", "host", HOLDER, "7", "", "then", 3);
    assertThat(holder.hasEnded(new Fake("", Map.of()))).isFalse();
  }

  @Test
  void aSilentHolderThatStirsKeepsItsLock() throws Exception {
    write(new LockHolder("first", "host", HOLDER, "7", "elsewhere", "then", 3));
    silentFor(Duration.ofMinutes(5)); // as after a step of the clock
    OutputLock.Pace patient =
        new OutputLock.Pace(PACE.beat(), PACE.expiry(), Duration.ofMillis(1500), PACE.settle());
    Thread beat =
        new Thread(
            () -> {
              try {
                Thread.sleep(300);
                write(new LockHolder("first", "host", HOLDER, "7", "elsewhere", "then", 4));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    beat.start();
    assertThatThrownBy(() -> OutputLock.acquire(folder(), "second", HERE, patient))
        .isInstanceOf(RefusedException.class);
    beat.join();
    assertThat(file).exists();
  }

  @Test
  void aLockOfAnEarlierVersionIsReadAndKnownByItsAgeAlone() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        "{\"runId\":\"old\",\"host\":\"h\",\"pid\":1,\"processStart\":\"2026-01-01T00:00:00Z\","
            + "\"since\":\"2026-01-01T00:00:00Z\"}");
    assertThatThrownBy(() -> acquire(folder(), "new"))
        .hasMessageContaining("is being written by run old, process 1 on h, since 2026-01-01");
    silentFor(Duration.ofSeconds(90));
    acquire(folder(), "new").close();
    assertThat(out).exists(); // it was there before
  }

  @Test
  void aDamagedLockIsKnownByItsAgeAlone() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"runId\":");
    assertThatThrownBy(() -> acquire(folder(), "new"))
        .hasMessageContaining("is being written by another job");
    silentFor(Duration.ofSeconds(90));
    acquire(folder(), "new").close();
  }

  @Test
  void aRefusedRunLeavesNothingAndTakesNothing() throws IOException {
    acquire(folder(), "made it").close();
    assertThat(out).doesNotExist();
    Files.createDirectories(out);
    acquire(folder(), "found it").close();
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void whoHasLostTheLockChangesNothingAndSaysToWhom() throws IOException {
    OutputFolder mine = folder();
    OutputLock lock = acquire(mine, "first");
    Files.createDirectories(Path.of(mine.uncommitted("wave-0")));
    Files.writeString(Path.of(mine.uncommitted("wave-0")).resolve("part-0.parquet"), "x");
    silentFor(Duration.ofSeconds(90)); // it is asleep
    OutputFolder theirs = folder();
    OutputLock other = acquire(theirs, "second");
    theirs.replace(Manifest.FILE, "theirs".getBytes(StandardCharsets.UTF_8));
    // What it had begun is gone: even past a look at the lock it could not commit it.
    assertThat(Path.of(mine.uncommitted("wave-0"))).doesNotExist();
    Files.createDirectories(Path.of(mine.uncommitted("wave-1")));
    Files.writeString(Path.of(mine.uncommitted("wave-1")).resolve("part-1.parquet"), "x");
    String who = "was taken by run second, process " + ProcessHandle.current().pid();
    assertThatThrownBy(() -> mine.commitFiles("wave-1")).hasMessageContaining(who);
    assertThatThrownBy(() -> mine.replace(Manifest.FILE, new byte[0])).hasMessageContaining(who);
    assertThatThrownBy(() -> mine.markDone(true)).hasMessageContaining(who);
    assertThatThrownBy(() -> mine.remove(Manifest.FILE)).hasMessageContaining(who);
    assertThatThrownBy(() -> mine.commitFile("a", new byte[0])).hasMessageContaining(who);
    assertThatThrownBy(lock::check).hasMessageContaining(who);
    lock.close();
    assertThat(file).exists();
    assertThat(theirs.read(Manifest.FILE)).asString(StandardCharsets.UTF_8).isEqualTo("theirs");
    theirs.remove(Manifest.FILE);
    other.close();
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void whoFindsNoLockAnyMoreHasLostIt() throws IOException {
    OutputFolder mine = folder();
    try (OutputLock lock = acquire(mine, "first")) {
      Files.delete(file);
      assertThatThrownBy(lock::check)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(" is gone, taken by another run that has ended, or removed");
    }
  }

  @Test
  void whatIsBeingCommittedIsCommittedBeforeTheLockIsGivenBackAndNothingAfterIt() throws Exception {
    OutputFolder mine = folder();
    OutputLock lock = acquire(mine, "first");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Thread worker =
        new Thread(
            () -> {
              try {
                lock.pass(
                    () -> {
                      begun.countDown();
                      awaitUninterrupted(go);
                      Files.createFile(out.resolve("part-0"));
                    });
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    worker.start();
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    Thread hook = new Thread(lock::close);
    hook.start();
    hook.join(300);
    assertThat(hook.isAlive()).isTrue();
    assertThat(file).exists();
    go.countDown();
    worker.join();
    hook.join();
    assertThat(file).doesNotExist();
    assertThat(out.resolve("part-0")).exists();
    assertThatThrownBy(() -> mine.replace(Manifest.FILE, new byte[0]))
        .hasMessageContaining("is given back");
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void beatsAreWrittenAndSeen() throws Exception {
    OutputLock.Pace fast =
        new OutputLock.Pace(Duration.ofMillis(50), PACE.expiry(), PACE.watch(), PACE.settle());
    try (OutputLock lock = OutputLock.acquire(folder(), "first", HERE, fast)) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (LockHolder.read(Files.readAllBytes(file)).beats() < 3 && System.nanoTime() < end) {
        Thread.sleep(20);
      }
      assertThat(LockHolder.read(Files.readAllBytes(file)).beats()).isGreaterThanOrEqualTo(3);
      lock.check();
      // A beat must not take a lost lock back, but for one that has begun.
      Files.write(file, new LockHolder("second", "h", 1, "", "", "now", 0).json());
      Thread.sleep(100);
      Files.write(file, new LockHolder("second", "h", 1, "", "", "now", 0).json());
      Thread.sleep(300);
      assertThat(LockHolder.read(Files.readAllBytes(file)).runId()).isEqualTo("second");
    }
  }

  @Test
  void thisProcessIsSeenWithItsStart() {
    ProcessTable here = ProcessTable.here();
    long self = ProcessHandle.current().pid();
    if (!here.name().isEmpty()) {
      assertThat(here.startOf(self)).matches("\\d+").isEqualTo(here.startOf(self));
      assertThat(here.name()).contains("pid:[");
    }
    assertThat(here.startOf(Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void aTableThatIsNotThisProcessesOwnHasNoName() throws IOException {
    Path proc = Files.createDirectories(temp.resolve("proc"));
    Files.createDirectories(proc.resolve("1"));
    Files.writeString(proc.resolve("1/stat"), "1 (a b) c) S" + " 0".repeat(18) + " 42 0");
    Files.createDirectories(proc.resolve("sys/kernel/random"));
    Files.writeString(proc.resolve("sys/kernel/random/boot_id"), "boot\n");
    Files.createDirectories(proc.resolve("12/ns"));
    Files.createSymbolicLink(proc.resolve("12/ns/pid"), Path.of("pid:[9]"));
    Files.createSymbolicLink(proc.resolve("self"), Path.of("12"));
    assertThat(new ProcessTable.Proc(proc, 12).name()).isEqualTo("boot pid:[9] ");
    assertThat(new ProcessTable.Proc(proc, 12).startOf(1)).isEqualTo("42");
    assertThat(new ProcessTable.Proc(proc, 2).name()).as("of the namespace outside").isEmpty();
    Files.delete(proc.resolve("1/stat"));
    assertThat(new ProcessTable.Proc(proc, 12).name()).as("others' are hidden").isEmpty();
    assertThat(new ProcessTable.Proc(temp.resolve("none"), 12).name()).isEmpty();
  }
}
