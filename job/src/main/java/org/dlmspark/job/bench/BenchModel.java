package org.dlmspark.job.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import org.dlmspark.job.RefusedException;
import org.dlmspark.udf.bench.ModelShape;
import org.dlmspark.udf.bench.RandomFolder;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.CheckpointException;
import org.dlmspark.udf.model.ModelSettings;
import org.dlmspark.udf.model.TorchDenoisingModel;
import org.dlmspark.udf.service.DecoderSettings;

/** The model that a measure is made with: where it lies, where it runs. */
final class BenchModel {

  private BenchModel() {}

  /** What is done with a model's folder. */
  interface Use {
    void of(String folder) throws IOException;
  }

  /**
   * Uses a model's folder; that of a random model is written before and deleted after.
   *
   * @param model a Hugging Face folder, or the shape of a random model
   * @param use what is done with it
   * @throws RefusedException if there can be no model of such a shape
   */
  static void inFolder(String model, Use use) throws IOException {
    if (!model.startsWith(ModelShape.PREFIX)) {
      use.of(model);
      return;
    }
    ModelShape shape = refusing(() -> ModelShape.parse(model));
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      RandomFolder.write(shape, folder.path());
      use.of(folder.path().toString());
    }
  }

  /** Where a model runs, with as many rows of the KV buffers. */
  static ModelSettings place(DecoderSettings settings, int maxRows) {
    return new ModelSettings(
        settings.dtype(),
        settings.device(),
        null,
        settings.threads() == 0 ? Runtime.getRuntime().availableProcessors() : settings.threads(),
        maxRows,
        settings.gpuAttention());
  }

  static Checkpoint open(String folder) {
    try {
      return Checkpoint.open(Path.of(folder));
    } catch (CheckpointException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }

  static TorchDenoisingModel load(Checkpoint checkpoint, ModelSettings place) {
    return refusing(() -> new TorchDenoisingModel(checkpoint, place));
  }

  /** Device, threads, system. */
  static String machine(ModelSettings place, TorchDenoisingModel loaded) {
    return String.format(
        Locale.ROOT,
        "%s, %d threads of %d cores, %s %s",
        loaded.deviceName(),
        place.threads(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
  }

  /**
   * Asks for what an option or a setting may make impossible.
   *
   * @param asked throws an {@link IllegalArgumentException} that names it
   * @return what was asked for
   * @throws RefusedException with the same message
   */
  static <T> T refusing(Supplier<T> asked) {
    try {
      return asked.get();
    } catch (IllegalArgumentException e) {
      throw new RefusedException(e.getMessage(), e);
    }
  }
}
