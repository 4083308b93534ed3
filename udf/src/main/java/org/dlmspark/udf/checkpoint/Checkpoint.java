package org.dlmspark.udf.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Hugging Face model folder, opened and checked. Opening reads the configuration and the headers
 * of the weight files, not the weights: these are mapped, and read from disk when they are used.
 *
 * @param folder the folder
 * @param config the model's shape and constants
 * @param weights the mapped weights
 * @param remarks what the folder holds and nothing is made of, a sentence each; mostly none
 */
public record Checkpoint(
    Path folder, ModelConfig config, TransformerWeights weights, List<String> remarks) {

  /** Keeps an immutable copy of the remarks. */
  public Checkpoint {
    remarks = List.copyOf(remarks);
  }

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
    Spellings.check(config);
    ModelLayout layout = family.read(config, new FolderTokens(folder, config));
    WeightFiles files = WeightFiles.open(folder);
    TransformerWeights weights = layout.weights(files);
    List<String> remarks = new ArrayList<>(Leftovers.keys(config, family.keys()));
    remarks.addAll(Leftovers.tensors(files, weights));
    remarks.addAll(Leftovers.files(folder, files));
    return new Checkpoint(folder, layout.config(files.storedType()), weights, remarks);
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
          "model.path = " + folder + " has no config.json in it: " + whatItMayBe(folder));
    }
    return config;
  }

  private static String whatItMayBe(Path folder) {
    if (Files.exists(folder.resolve("adapter_config.json"))) {
      return "it holds an adapter; merge that into its model and save the two together";
    }
    return Files.isDirectory(folder.resolve("snapshots"))
        ? "it is a model of a Hugging Face cache; name the folder below its snapshots"
        : "name a Hugging Face model folder, or complete its download";
  }
}
