package org.dlmspark.udf.bench;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.model.RecordedStep;
import org.dlmspark.udf.model.RecordedStep.Difference;
import org.dlmspark.udf.model.RecordedSteps;
import org.dlmspark.udf.model.TorchDenoisingModel;

/**
 * Computes recorded steps again, in their order, on the device at hand: do the same tokens come
 * out, and how long does a step take? Each step is given what was recorded, whatever came out
 * before it. Belongs to the model's thread.
 */
public final class StepReplay {
  private final RecordedSteps steps;
  private final TorchDenoisingModel model;
  private final StepBatch batch = new StepBatch();

  /**
   * What replaying a case came to.
   *
   * @param name the case
   * @param steps its steps
   * @param positions computed
   * @param difference from what was recorded
   * @param nanos time of all steps
   * @param medianNanos time of a step
   */
  public record Replayed(
      String name,
      int steps,
      long positions,
      Difference difference,
      long nanos,
      long medianNanos) {}

  /**
   * Creates a replay.
   *
   * @param steps what was recorded
   * @param model a fresh one, which owns its buffers
   * @throws IllegalArgumentException if the model has another shape; names the option
   */
  public StepReplay(RecordedSteps steps, TorchDenoisingModel model) {
    steps.requireShapeOf(model);
    this.steps = steps;
    this.model = model;
  }

  /**
   * Replays all cases.
   *
   * @param each told of each as soon as it is done
   * @throws IllegalArgumentException if a step is damaged; names the option
   */
  public void run(Consumer<Replayed> each) {
    for (Map.Entry<Integer, String> one : steps.cases().entrySet()) {
      Integer next = steps.cases().higherKey(one.getKey());
      int end = next == null ? steps.count() + 1 : next;
      each.accept(replay(one.getValue(), one.getKey(), end));
    }
  }

  private Replayed replay(String name, int begin, int end) {
    long[] nanos = new long[end - begin];
    long positions = 0;
    Difference sum = new Difference(0, 0, 0);
    for (int number = begin; number < end; number++) {
      RecordedStep step = steps.step(number, batch, model.config());
      long before = System.nanoTime();
      model.step(batch);
      nanos[number - begin] = System.nanoTime() - before;
      positions += step.active();
      sum = sum.plus(step.difference(batch));
    }
    Arrays.sort(nanos);
    long all = Arrays.stream(nanos).sum();
    return new Replayed(name, nanos.length, positions, sum, all, nanos[nanos.length / 2]);
  }
}
