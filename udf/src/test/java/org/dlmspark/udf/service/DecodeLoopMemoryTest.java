package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.CacheSettings.CachePolicyName;
import org.dlmspark.udf.decode.DenoisingModel;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.decode.Sequence;
import org.dlmspark.udf.decode.StepBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches that do not fit into memory. All rows are offered before the loop runs. */
final class DecodeLoopMemoryTest {
  private static final int SLOTS = 8;
  private static final ModelTraits TRAITS =
      new ModelTraits(9, Set.of(8), false, Schedule.EVEN, null);

  private final DecodeLoop loop = new DecodeLoop(100, RowWatch.NONE, new ExecutorMeter(), 0);
  private final BlockingQueue<DecodeJob> done = new LinkedBlockingQueue<>();

  /** The lengths of the sequences of each step, of those that memory ended too. */
  private final List<List<Integer>> steps = new CopyOnWriteArrayList<>();

  private volatile int mostRows = SLOTS;
  private volatile int longestRow = 1000;

  private volatile int bufferRows = 1000;

  /** Up to this step memory suffices for any number of rows and any buffer. */
  private volatile int freeSteps;

  /** Held by a test while it offers rows that are to run together. */
  private final Semaphore gate = new Semaphore(1);

  private Thread thread;

  private void start() {
    DenoisingModel model =
        batch -> {
          List<Integer> lengths =
              IntStream.range(0, batch.sequences()).mapToObj(batch::length).toList();
          gate.acquireUninterruptibly();
          gate.release();
          steps.add(lengths);
          if (!fits(batch, lengths)) {
            throw new IllegalStateException("CUDA out of memory. Tried to allocate 2.00 GiB");
          }
          answer(batch);
        };
    BatchScheduler scheduler = new BatchScheduler(model, SLOTS, 1000, System::nanoTime);
    thread = new Thread(() -> loop.run(scheduler));
    thread.start();
  }

  private boolean fits(StepBatch batch, List<Integer> lengths) {
    boolean roomForAll = lengths.size() <= mostRows;
    for (int i = 0; i < lengths.size(); i++) {
      roomForAll &= batch.firstRow(i) + lengths.get(i) <= bufferRows;
    }
    return (roomForAll || steps.size() <= freeSteps)
        && lengths.stream().allMatch(length -> length <= longestRow);
  }

  /** A token that depends on all tokens of its sequence. */
  private static void answer(StepBatch batch) {
    int active = 0;
    int candidate = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      int sum = 0;
      int end = active + batch.activeCount(s);
      for (; active < end; active++) {
        sum = 31 * sum + batch.token(active);
      }
      for (; candidate < batch.candidates() && batch.candidate(candidate) < end; candidate++) {
        batch.setResult(
            candidate,
            10 + Math.floorMod(sum + batch.position(batch.candidate(candidate)), 50),
            0.5);
      }
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    loop.stop();
    if (thread != null) {
      thread.join(5000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private DecodeJob offered(int genLength) throws InterruptedException {
    GenerationSettings settings =
        new GenerationSettingsBuilder()
            .genLength(genLength)
            .cachePolicy(CachePolicyName.NONE)
            .build();
    DecodeJob job =
        new DecodeJob(
            "row", false, () -> new Sequence(new int[] {1}, settings, 0, TRAITS, null), done);
    assertThat(loop.offer(job, 5000)).isTrue();
    return job;
  }

  private List<DecodeJob> offered(int count, int genLength) throws InterruptedException {
    List<DecodeJob> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      jobs.add(offered(genLength));
    }
    return jobs;
  }

  private List<DecodeJob> next(int count) throws InterruptedException {
    List<DecodeJob> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DecodeJob job = done.poll(5, TimeUnit.SECONDS);
      assertThat(job).as("a job finishes").isNotNull();
      jobs.add(job);
    }
    return jobs;
  }

  private int largestStep() {
    return steps.stream().mapToInt(List::size).max().orElse(0);
  }

  @Test
  void aBatchIsHalvedUntilItFitsAndStaysSo() throws InterruptedException {
    mostRows = 3;
    List<DecodeJob> jobs = offered(SLOTS, 4);
    start();
    assertThat(next(SLOTS)).as("in their order").isEqualTo(jobs);
    for (DecodeJob job : jobs) {
      assertThat(job.failure()).isNull();
      assertThat(job.sequence().steps()).isEqualTo(4);
      assertThat(job.sequence().forwardPasses()).as("only those that succeeded").isEqualTo(4);
      assertThat(job.sequence().positionsComputed()).isEqualTo(4 * 5);
      assertThat(job.sequence().positionsTotal()).isEqualTo(4 * 5);
      assertThat(job.finishedNanos()).isGreaterThanOrEqualTo(job.admittedNanos());
    }
    assertThat(steps.stream().map(List::size).limit(3)).containsExactly(8, 4, 2);
    steps.clear();
    offered(20, 4);
    next(20);
    assertThat(largestStep()).as("the bound is kept").isEqualTo(2);
  }

  @Test
  void rowsThatStayAndRowsThatBeginAgainComeOutAsIfNothingHadHappened()
      throws InterruptedException {
    List<DecodeJob> undisturbed = offered(4, 6);
    start();
    next(4);
    // Two rows go on from their third step, two begin again.
    freeSteps = steps.size() + 2;
    mostRows = 2;
    gate.acquireUninterruptibly();
    List<DecodeJob> disturbed = offered(4, 6);
    gate.release();
    next(4);
    for (int i = 0; i < 4; i++) {
      Sequence expected = undisturbed.get(i).sequence();
      Sequence sequence = disturbed.get(i).sequence();
      assertThat(disturbed.get(i).failure()).isNull();
      assertThat(sequence.generatedIds()).isEqualTo(expected.generatedIds());
      assertThat(sequence.steps()).isEqualTo(expected.steps());
      assertThat(sequence.forwardPasses()).isEqualTo(expected.forwardPasses());
      assertThat(sequence.positionsComputed()).isEqualTo(expected.positionsComputed());
    }
  }

  @Test
  void aBatchOfOddSizeIsHalvedToOne() throws InterruptedException {
    mostRows = 1;
    List<DecodeJob> jobs = offered(3, 2);
    start();
    assertThat(next(3)).isEqualTo(jobs).allMatch(job -> job.failure() == null);
    assertThat(steps.stream().map(List::size)).containsExactly(3, 2, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void aRowThatDoesNotFitAloneSaysSoAndLeavesNoBoundBehind() throws InterruptedException {
    longestRow = 20;
    start();
    for (int place = 0; place < SLOTS; place++) {
      gate.acquireUninterruptibly();
      List<DecodeJob> small = offered(place, 3);
      DecodeJob large = offered(30);
      small.addAll(offered(SLOTS - 1 - place, 3));
      gate.release();
      assertThat(next(SLOTS)).contains(large).containsAll(small);
      assertThat(small).allMatch(job -> job.failure() == null);
      assertThat(large.failure().code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
      assertThat(large.failure().message())
          .isEqualTo(
              "memory does not suffice for this row even alone: its prompt has 1 tokens, with"
                  + " generation.gen-length = 30 that makes 31: shorten the prompt, lower"
                  + " generation.gen-length, set model.dtype = bfloat16, or give executors more"
                  + " memory (on a CPU spark.executor.memoryOverhead, else a larger GPU): CUDA out"
                  + " of memory. Tried to allocate 2.00 GiB");
    }
    steps.clear();
    gate.acquireUninterruptibly();
    offered(2 * SLOTS, 5);
    gate.release();
    next(2 * SLOTS);
    assertThat(largestStep()).as("no bound is left").isEqualTo(SLOTS);
  }

  /**
   * Its buffer rows lie behind those of rows that have left: there may be room at the beginning.
   */
  @Test
  void theLastOneLeftIsTriedFromTheBeginning() throws InterruptedException {
    List<DecodeJob> jobs = offered(1, 3);
    jobs.add(offered(5));
    // The first one leaves after its third step, and the other has rows 4 to 10.
    freeSteps = 3;
    bufferRows = 6;
    start();
    assertThat(next(2)).isEqualTo(jobs);
    assertThat(jobs).allMatch(job -> job.failure() == null);
    assertThat(jobs.get(1).sequence().forwardPasses()).isEqualTo(5);
    assertThat(steps).as("one step failed, and three count no more").hasSize(3 + 1 + 5);
  }

  @Test
  void memoryThatIsTakenByOthersEndsTheDecoder() throws InterruptedException {
    List<DecodeJob> first = offered(1, 5);
    start();
    assertThat(next(1)).isEqualTo(first);
    mostRows = 0;
    offered(1, 9);
    offered(2, 5);
    for (DecodeJob job : next(3)) {
      assertThat(job.failure().code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
    }
    offered(1, 5);
    thread.join(5000);
    assertThatThrownBy(loop::checkAlive)
        .hasMessageStartingWith("the decoder has ended: CUDA out of memory.");
  }

  @Test
  void aFullHeapIsNoMatterOfTheBatch() throws InterruptedException {
    DenoisingModel model =
        batch -> {
          throw new OutOfMemoryError("Java heap space");
        };
    offered(2, 4);
    thread = new Thread(() -> loop.run(new BatchScheduler(model, SLOTS, 1000, System::nanoTime)));
    thread.start();
    thread.join(5000);
    assertThatThrownBy(loop::checkAlive).hasMessage("the decoder has ended: Java heap space");
  }
}
