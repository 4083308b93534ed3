package org.dlmspark.udf.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A Hugging Face model folder, opened and checked. Opening reads the configuration and the headers
 * of the weight files, not the weights: these are mapped, and read from disk when they are used.
 *
 * @param folder the folder
 * @param config the model's shape and constants
 * @param weights the mapped weights
 */
public record Checkpoint(Path folder, ModelConfig config, TransformerWeights weights) {

  /**
   * Opens a folder and checks all of it: every file, every tensor's place, type and shape, and that
   * the model computes what this project computes.
   *
   * <p>The folder may be anybody's. Nothing in it is executed, nothing outside it is read but the
   * blobs of a Hugging Face cache ({@link FolderLinks}), and no number in it makes this allocate
   * more than the files' own sizes explain. It must not change while it is open: the weights are
   * mapped, and a file that becomes shorter ends the process when its end is read.
   *
   * @param folder {@code model.path}
   * @return the model
   * @throws CheckpointException if anything is missing, wrong or not supported
   */
  public static Checkpoint open(Path folder) {
    Path configJson = findConfig(folder);
    ConfigFile config = ConfigFile.read(configJson);
    Family family = Families.of(config);
    Optional<ConfigFile> generation =
        ConfigFile.readIfPresent(folder.resolve("generation_config.json"));
    ModelLayout layout = family.read(config, generation);
    WeightFiles files = WeightFiles.open(folder);
    return new Checkpoint(folder, layout.config(files.storedType()), layout.weights(files));
  }

  private static Path findConfig(Path folder) {
    if (!Files.exists(folder)) {
      throw new CheckpointException(
          "model.path = "
              + folder
              + " does not exist: name a Hugging Face model folder; a relative path begins where the job was started");
    }
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(
          "model.path = "
              + folder
              + " is a file: name the folder that holds config.json and model.safetensors");
    }
    Path config = folder.resolve("config.json");
    if (!Files.exists(config)) {
      throw new CheckpointException(
          "model.path = "
              + folder
              + " has no config.json in it: name a Hugging Face model folder, or complete its"
              + " download");
    }
    return config;
  }
}
