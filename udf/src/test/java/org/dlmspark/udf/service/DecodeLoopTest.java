package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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

final class DecodeLoopTest {
  private static final int SLOTS = 2;

  private final DecodeLoop loop = new DecodeLoop(SLOTS, RowWatch.NONE, new ExecutorMeter(), 0);
  private final BlockingQueue<DecodeJob> done = new LinkedBlockingQueue<>();

  /** A step runs when the test lets it. */
  private final Semaphore steps = new Semaphore(0);

  private volatile Throwable failure;
  private Thread thread;

  private void start() {
    DenoisingModel model =
        batch -> {
          steps.acquireUninterruptibly();
          if (failure instanceof RuntimeException e) {
            throw e;
          }
          if (failure instanceof Error e) {
            throw e;
          }
          answer(batch);
        };
    BatchScheduler scheduler = new BatchScheduler(model, SLOTS, 1000, System::nanoTime);
    thread = new Thread(() -> loop.run(scheduler));
    thread.start();
  }

  private static void answer(StepBatch batch) {
    for (int i = 0; i < batch.candidates(); i++) {
      batch.setResult(i, 5, 0.5);
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    loop.stop();
    steps.release(1000);
    if (thread != null) {
      thread.join(5000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private DecodeJob job(int steps) {
    GenerationSettings settings =
        new GenerationSettingsBuilder().genLength(steps).cachePolicy(CachePolicyName.NONE).build();
    ModelTraits traits = new ModelTraits(9, Set.of(8), false, Schedule.EVEN, null);
    return new DecodeJob(
        "row", false, () -> new Sequence(new int[] {1}, settings, 0, traits, null), done);
  }

  private DecodeJob offered(int steps) throws InterruptedException {
    DecodeJob job = job(steps);
    assertThat(loop.offer(job, 5000)).isTrue();
    return job;
  }

  private DecodeJob next() throws InterruptedException {
    DecodeJob job = done.poll(5, TimeUnit.SECONDS);
    assertThat(job).as("a job finishes").isNotNull();
    return job;
  }

  @Test
  void jobsComeBackAsTheyFinishAndTheQueueIsBounded() throws InterruptedException {
    DecodeJob slow = offered(4);
    DecodeJob quick = offered(1);
    assertThat(loop.offer(job(1), 0)).as("the queue holds as many as there are slots").isFalse();
    start();
    DecodeJob later = offered(2);
    steps.release(4);
    assertThat(next()).isSameAs(quick);
    assertThat(next()).isSameAs(later);
    assertThat(next()).isSameAs(slow);
    assertThat(slow.failure()).isNull();
    assertThat(slow.finishedNanos()).isGreaterThanOrEqualTo(slow.admittedNanos());
    assertThat(slow.sequence().outcome()).isEqualTo(Sequence.Outcome.LENGTH);
  }

  @Test
  void aFailedStepFailsItsJobsAndNoOthers() throws InterruptedException {
    failure = new IllegalStateException("\nout of registers\nat native line 3");
    DecodeJob failed = offered(3);
    start();
    steps.release();
    assertThat(next()).isSameAs(failed);
    assertThat(failed.failure())
        .isEqualTo(
            new Completion.Failure(
                ErrorCode.DECODE_FAILED,
                "the denoising step failed: out of registers; the executor's log has the trace, and output.mode = retry-failed tries the row again"));
    failure = null;
    DecodeJob fine = offered(1);
    steps.release();
    assertThat(next()).isSameAs(fine);
    assertThat(fine.failure()).isNull();
  }

  @Test
  void failuresThatDoNotEndAreNotTheRows() throws InterruptedException {
    failure = new IllegalStateException("the device is gone");
    start();
    steps.release(3);
    for (int i = 0; i < 2; i++) {
      offered(1);
      next();
    }
    offered(1);
    thread.join(5000);
    assertThatThrownBy(loop::checkAlive).hasMessage("the decoder has ended: the device is gone");
  }

  @Test
  void aCancelledJobMakesRoom() throws InterruptedException {
    DecodeJob first = offered(100);
    DecodeJob second = offered(100);
    start();
    steps.release(3);
    DecodeJob waiting = offered(1);
    first.cancel();
    second.cancel();
    steps.release(2);
    assertThat(next()).isSameAs(waiting);
  }

  @Test
  void aDecoderThatDiesSaysSo() throws InterruptedException {
    failure = new StackOverflowError("too deep");
    offered(1);
    start();
    steps.release();
    thread.join(5000);
    assertThatThrownBy(loop::checkAlive)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the decoder has ended")
        .hasMessageContaining("too deep");
    assertThatThrownBy(() -> loop.offer(job(1), 0)).hasMessageContaining("the decoder has ended");
  }

  @Test
  void aStoppedDecoderTakesNothing() {
    loop.stop();
    assertThatThrownBy(() -> loop.offer(job(1), 0)).hasMessage("the decoder has been shut down");
  }
}
