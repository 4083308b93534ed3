package org.dlmspark.udf.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.dlmspark.udf.decode.BatchScheduler;
import org.dlmspark.udf.decode.DenoisingModel;
import org.dlmspark.udf.decode.GenerationSettings;
import org.dlmspark.udf.decode.GenerationSettingsBuilder;
import org.dlmspark.udf.decode.ModelTraits;
import org.dlmspark.udf.decode.Schedule;
import org.dlmspark.udf.decode.Sequence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who runs beside whom, and who is told. A row's prompt is its number. */
final class DecodeLoopWatchTest {
  private static final int SLOTS = 3;
  private static final ModelTraits TRAITS =
      new ModelTraits(99, Set.of(98), false, Schedule.EVEN, null);

  private final List<List<String>> told = new CopyOnWriteArrayList<>();

  /** The rows of each step. */
  private final List<List<String>> steps = new CopyOnWriteArrayList<>();

  private final DecodeLoop loop =
      new DecodeLoop(
          100,
          new RowWatch() {
            @Override
            public void running(int decoder, List<String> rows) {
              assertThat(decoder).isEqualTo(7);
              told.add(rows);
            }

            @Override
            public Map<String, Verdict> verdicts() {
              throw new AssertionError("asked by tasks alone");
            }
          },
          new ExecutorMeter(),
          7);

  private final BlockingQueue<DecodeJob> done = new LinkedBlockingQueue<>();
  private Thread thread;

  private void start() {
    DenoisingModel model =
        batch -> {
          List<String> rows = new ArrayList<>();
          for (int i = 0; i < batch.active(); i++) {
            if (batch.position(i) == 0) {
              rows.add("row " + batch.token(i));
            }
          }
          assertThat(told.get(told.size() - 1)).as("told before the step").containsAll(rows);
          steps.add(rows);
          IntStream.range(0, batch.candidates()).forEach(i -> batch.setResult(i, 5, 0.5));
        };
    BatchScheduler scheduler = new BatchScheduler(model, SLOTS, 1000, System::nanoTime);
    thread = new Thread(() -> loop.run(scheduler));
    thread.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    loop.stop();
    thread.join(5000);
    assertThat(thread.isAlive()).isFalse();
  }

  private void offer(int row, boolean alone, int steps) throws InterruptedException {
    GenerationSettings settings =
        // Position 0 is computed at every step, by which the test knows the row.
        new GenerationSettingsBuilder().genLength(steps).refreshInterval(1).build();
    loop.offer(
        new DecodeJob(
            "row " + row,
            alone,
            () -> new Sequence(new int[] {row}, settings, 0, TRAITS, null),
            done),
        5000);
  }

  private void await(int rows) throws InterruptedException {
    for (int i = 0; i < rows; i++) {
      DecodeJob job = done.poll(5, TimeUnit.SECONDS);
      assertThat(job).as("a row finishes").isNotNull();
      assertThat(job.failure()).isNull();
    }
  }

  private void awaitTold(List<String> rows) throws InterruptedException {
    for (int i = 0; i < 500 && !told.get(told.size() - 1).equals(rows); i++) {
      Thread.sleep(10);
    }
    assertThat(told.get(told.size() - 1)).isEqualTo(rows);
  }

  @Test
  void aRowThatMustBeAloneIsAlone() throws InterruptedException {
    offer(1, false, 3);
    offer(2, true, 2);
    offer(3, true, 2);
    offer(4, false, 2);
    offer(5, false, 2);
    start();
    await(5);
    List<String> first = List.of("row 1");
    List<String> second = List.of("row 2");
    List<String> third = List.of("row 3");
    List<String> rest = List.of("row 4", "row 5");
    assertThat(steps)
        .containsExactly(first, first, first, second, second, third, third, rest, rest);
    awaitTold(List.of());
    assertThat(told).containsExactly(first, second, third, rest, List.of());
  }

  @Test
  void oneMessageForAllThatAreAdmittedTogether() throws InterruptedException {
    offer(1, false, 4);
    offer(2, false, 2);
    offer(3, false, 2);
    offer(4, false, 2);
    offer(5, false, 1);
    start();
    await(5);
    awaitTold(List.of());
    assertThat(told)
        .containsExactly(
            List.of("row 1", "row 2", "row 3"), List.of("row 1", "row 4", "row 5"), List.of());
  }
}
