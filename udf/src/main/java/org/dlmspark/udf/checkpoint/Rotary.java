package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the rotary embedding of a {@code config.json}, of which the step computes the plain one: by
 * one base in all layers, and of every head the same numbers.
 *
 * <p>Up to version 4 Hugging Face's library writes {@code rope_theta}, and {@code rope_scaling}
 * where the embedding is stretched. Version 5 writes both into {@code rope_parameters}, which may
 * hold such an object for each type of layer. It takes either name for either, so that the base may
 * stand in any of them. The type {@code default} means that nothing is stretched.
 */
final class Rotary {
  private static final String THETA = "rope_theta";
  private static final String SHARE = "partial_rotary_factor";
  private static final List<String> PARTS = List.of("rope_parameters", "rope_scaling");

  private Rotary() {}

  /**
   * The base of the embedding.
   *
   * @param config {@code config.json}
   * @return the base, which the file may state in several places
   * @throws CheckpointException if there is none, two places differ, or another embedding than the
   *     plain one is asked for
   */
  static double theta(ConfigFile config) {
    return theta(config, 1);
  }

  /**
   * As above, where only a share of each head is turned.
   *
   * @param config {@code config.json}
   * @param share the share, which every place that states one must have
   * @return the base
   */
  static double theta(ConfigFile config, double share) {
    List<ConfigFile> places = new ArrayList<>(List.of(config));
    for (String key : PARTS) {
      if (config.has(key) && !config.value(key).equals(BooleanNode.FALSE)) { // so RND1 says none
        addPlain(config.part(key), share, places);
      }
    }
    List<ConfigFile> stated = places.stream().filter(place -> place.has(THETA)).toList();
    ConfigFile first = stated.isEmpty() ? config : stated.get(0);
    double theta = first.positive(THETA);
    for (ConfigFile place : stated) {
      if (place.positive(THETA) != theta) {
        throw first.contradiction(THETA, place, THETA);
      }
    }
    return theta;
  }

  /**
   * The share of each head that is turned.
   *
   * @param config {@code config.json}
   * @return the share, of the first place that states it
   * @throws CheckpointException if none does
   */
  static double share(ConfigFile config) {
    if (!config.has(SHARE)) {
      for (String key : PARTS) {
        if (config.value(key).hasNonNull(SHARE)) {
          return config.part(key).positive(SHARE);
        }
      }
    }
    return config.positive(SHARE);
  }

  /** Adds an object that may hold the base, and those inside of it, if it holds nothing else. */
  private static void addPlain(ConfigFile parameters, double share, List<ConfigFile> places) {
    places.add(parameters);
    for (String key : parameters.keys()) {
      switch (key) {
        case THETA -> {}
        case "rope_type", "type" -> parameters.require(key, TextNode.valueOf("default"));
        case "factor", "attention_factor" -> parameters.require(key, IntNode.valueOf(1));
        case SHARE ->
            parameters.require(key, share == 1 ? IntNode.valueOf(1) : DoubleNode.valueOf(share));
        default -> {
          if (!key.endsWith("_attention")) {
            throw parameters.wrong(
                key, "not supported; the plain rotary embedding has no such parameter");
          }
          addPlain(parameters.part(key), share, places); // a type of layer
        }
      }
    }
  }
}
