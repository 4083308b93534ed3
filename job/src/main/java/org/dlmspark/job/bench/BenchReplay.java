package org.dlmspark.job.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.dlmspark.job.Console;
import org.dlmspark.job.Console.Line;
import org.dlmspark.job.RefusedException;
import org.dlmspark.job.settings.JobSettings;
import org.dlmspark.udf.bench.StepReplay;
import org.dlmspark.udf.bench.StepReplay.Replayed;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.model.ModelSettings;
import org.dlmspark.udf.model.RecordedSteps;
import org.dlmspark.udf.model.TorchDenoisingModel;

/** Replays recorded steps and says of each case on the console what came of it. */
public final class BenchReplay {
  private static final String FORMAT = "%-32s  %6s  %10s  %21s  %10s  %10s";

  private final Path file;
  private final String model;
  private final List<String> overrides;
  private final Console console;

  /**
   * Creates a replay.
   *
   * @param file what {@code bench --record} wrote
   * @param model a Hugging Face folder, or the shape of a random model
   * @param overrides settings of the model, {@code key=value} each
   * @param console where to say what is found
   */
  public BenchReplay(Path file, String model, List<String> overrides, Console console) {
    this.file = file;
    this.model = model;
    this.overrides = overrides;
    this.console = console;
  }

  /**
   * Replays.
   *
   * @throws RefusedException if the file is damaged, or was recorded with a model of another shape
   */
  public void run() throws IOException {
    RecordedSteps steps = BenchModel.refusing(() -> RecordedSteps.open(file));
    BenchModel.inFolder(model, folder -> run(steps, folder));
  }

  private void run(RecordedSteps steps, String folder) {
    JobSettings settings = BenchPlan.settings(folder, overrides, file);
    Checkpoint checkpoint = BenchModel.open(folder);
    ModelSettings place = BenchModel.place(settings.decoder(), steps.rows());
    try (TorchDenoisingModel loaded = BenchModel.load(checkpoint, place)) {
      StepReplay replay = BenchModel.refusing(() -> new StepReplay(steps, loaded));
      console.block(
          "Replaying",
          List.of(
              Line.of(
                  "recorded",
                  "%,d steps of %s, on %s in %s, by version %s with PyTorch %s",
                  steps.count(),
                  steps.said("model"),
                  steps.said("device"),
                  steps.said("dtype"),
                  steps.said("version"),
                  steps.said("pytorch")),
              Line.of(
                  "model", "%s as %s", model, loaded.numberType().name().toLowerCase(Locale.ROOT)),
              new Line("machine", BenchModel.machine(place, loaded)),
              new Line("equal", "tokens chosen as they were recorded"),
              new Line("difference", "the largest of a confidence, where tokens are equal"),
              new Line("ms", "the median step's")));
      console.say(
          String.format(
              Locale.ROOT, FORMAT, "case", "steps", "positions", "equal", "difference", "ms"));
      BenchModel.refusing(
          () -> {
            replay.run(each -> console.say(line(each)));
            return null;
          });
    }
  }

  private static String line(Replayed each) {
    return String.format(
        Locale.ROOT,
        FORMAT,
        each.name(),
        String.format(Locale.ROOT, "%,d", each.steps()),
        String.format(Locale.ROOT, "%,d", each.positions()),
        String.format(
            Locale.ROOT,
            "%,d of %,d",
            each.difference().equalTokens(),
            each.difference().candidates()),
        String.format(Locale.ROOT, "%.1e", each.difference().largestDifference()),
        String.format(Locale.ROOT, "%,.2f", each.medianNanos() / 1e6));
  }
}
