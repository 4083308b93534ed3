package org.dlmspark.udf.checkpoint;

/**
 * A family of models: how its {@code config.json} and its tensor names translate. A new family is
 * one implementation and its line in {@link Families}.
 */
interface Family {
  /**
   * The {@code model_type} of {@code config.json} that is this family's.
   *
   * @return the value as it is spelled
   */
  String modelType();

  /**
   * Whether a model is of this family, where several have its {@code model_type}.
   *
   * @param config {@code config.json}, whose {@code model_type} is this family's
   * @return true if it is
   */
  default boolean isOf(ConfigFile config) {
    return true;
  }

  /**
   * Reads {@code config.json} and checks that the model computes what this project computes.
   *
   * @param config {@code config.json}, whose {@code model_type} is this family's
   * @param tokens the folder's special tokens
   * @return how the weights are laid out
   * @throws CheckpointException if a value is missing, wrong or asks for other arithmetic
   */
  ModelLayout read(ConfigFile config, FolderTokens tokens);

  /**
   * What is known of the keys of {@code config.json}.
   *
   * @return a table that nobody changes
   */
  ConfigKeys keys();
}
