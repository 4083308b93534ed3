package org.dlmspark.udf.checkpoint;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

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
   * Reads {@code config.json} and checks that the model computes what this project computes.
   *
   * @param config {@code config.json}, whose {@code model_type} is this family's
   * @param generation {@code generation_config.json} where there is one
   * @return how the weights are laid out
   * @throws CheckpointException if a value is missing, wrong or asks for other arithmetic
   */
  ModelLayout read(ConfigFile config, Optional<ConfigFile> generation);

  /**
   * What is known of the keys of {@code config.json}.
   *
   * @return a table that nobody changes
   */
  ConfigKeys keys();

  /**
   * The mask token, which either file may name ({@code mask_token_id}).
   *
   * @param config {@code config.json}
   * @param generation {@code generation_config.json} where there is one
   * @param vocabularySize what the id must be below
   * @return the id
   * @throws CheckpointException if neither names it, they differ, or it is outside the vocabulary
   */
  static int maskToken(ConfigFile config, Optional<ConfigFile> generation, int vocabularySize) {
    String key = "mask_token_id";
    int last = vocabularySize - 1;
    Optional<ConfigFile> other = generation.filter(file -> file.has(key));
    if (other.isEmpty() || config.has(key)) {
      int mask = config.number(key, 0, last);
      if (other.isPresent() && other.get().number(key, 0, last) != mask) {
        throw config.contradiction(key, other.get(), key);
      }
      return mask;
    }
    return other.get().number(key, 0, last);
  }

  /**
   * The end tokens of both files together ({@code eos_token_id}).
   *
   * @param config {@code config.json}
   * @param generation {@code generation_config.json} where there is one
   * @param vocabularySize what every id must be below
   * @param maskTokenId the mask token, which cannot be an end token
   * @return at least one id
   * @throws CheckpointException if there is none, or one of them is the mask or outside the
   *     vocabulary
   */
  static Set<Integer> endTokens(
      ConfigFile config, Optional<ConfigFile> generation, int vocabularySize, int maskTokenId) {
    String key = "eos_token_id";
    Set<Integer> ids = new LinkedHashSet<>(config.tokenIds(key, vocabularySize));
    generation.ifPresent(file -> ids.addAll(file.tokenIds(key, vocabularySize)));
    if (ids.isEmpty()) {
      throw config.wrong(
          key, "neither config.json nor generation_config.json names a token that ends a text");
    }
    if (ids.contains(maskTokenId)) {
      throw config.wrong("mask_token_id", "the mask cannot be an end token (" + key + ") as well");
    }
    return ids;
  }
}
