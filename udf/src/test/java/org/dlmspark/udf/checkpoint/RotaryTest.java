package org.dlmspark.udf.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a folder states its rotary embedding. */
class RotaryTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'rope_theta': 1000000.0, 'rope_type': 'default'}",
        "{'rope_theta': 1e6, 'type': 'default'}",
        "{'rope_theta': 1000000}",
        "{'rope_theta': 1e6, 'rope_type': null, 'factor': null}",
        "{'rope_theta': 1e6, 'rope_type': 'default', 'partial_rotary_factor': 1.0, 'factor': 1}",
        "{'full_attention': {'rope_theta': 1e6, 'rope_type': 'default'}}",
        "{'full_attention': {'rope_theta': 1e6}, 'sliding_attention': {'rope_theta': 1000000}}",
      })
  void theBaseMayStandInEitherBlock(String block) {
    String json = block.replace('\'', '"');
    TinyFolder.dream(folder).config("rope_theta", null).config("rope_parameters", json).write();
    assertThat(theta()).isEqualTo(1e6);
    TinyFolder.dream(folder).config("rope_theta", null).config("rope_scaling", json).write();
    assertThat(theta()).isEqualTo(1e6);
    TinyFolder.dream(folder).config("rope_theta", "1e6").config("rope_parameters", json).write();
    assertThat(theta()).isEqualTo(1e6);
    new TinyFolder(folder).config("rope_theta", null).config("rope_parameters", json).write();
    assertThat(theta()).isEqualTo(1e6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "{\"rope_type\": \"default\"}",
        "{\"type\": \"default\"}",
        "{\"type\": \"default\", \"rope_type\": \"default\"}",
        "{\"full_attention\": {\"rope_type\": \"default\"}}",
      })
  void aBlockMayChangeNothing(String block) {
    TinyFolder.dream(folder).config("rope_scaling", block).config("rope_parameters", block).write();
    assertThat(theta()).isEqualTo(1e6);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{'rope_type': 'yarn', 'factor': 4.0} | .rope_type = \"yarn\": not supported; only \"default\" is",
        "{'type': 'linear', 'factor': 2.0} | .type = \"linear\": not supported; only \"default\" is",
        "{'rope_type': 'default', 'type': 'dynamic'} | .type = \"dynamic\": not supported; only \"default\" is",
        "{'rope_type': 'Default'} | .rope_type = \"Default\": not supported; only \"default\" is",
        "{'rope_type': 7} | .rope_type = 7: not supported; only \"default\" is",
        "{'rope_type': 'default', 'factor': 4.0} | .factor = 4.0: not supported; only 1 is",
        "{'factor': '1'} | .factor = \"1\": not supported; only 1 is",
        "{'attention_factor': 0.5} | .attention_factor = 0.5: not supported; only 1 is",
        "{'partial_rotary_factor': 0.5} | .partial_rotary_factor = 0.5: not supported; only 1 is",
        "{'mrope_section': [1, 1]} | .mrope_section = [1,1]: not supported; the plain rotary embedding has no such parameter",
        "{'original_max_position_embeddings': 32} | .original_max_position_embeddings = 32: not supported; the plain rotary embedding has no such parameter",
        "{'full_attention': {'rope_type': 'llama3'}} | .full_attention.rope_type = \"llama3\": not supported; only \"default\" is",
        "{'full_attention': 'default'} | .full_attention = \"default\": must be an object of keys and values, or null",
        "{'rope_theta': -1} | .rope_theta = -1: must be a finite number above 0, in the range of float32",
        "'default' | = \"default\": must be an object of keys and values, or null",
        "true | = true: must be an object of keys and values, or null",
      })
  void whatIsNotPlainIsRefusedByItsKey(String block, String message) {
    String json = block.replace('\'', '"');
    for (String key : new String[] {"rope_parameters", "rope_scaling"}) {
      TinyFolder.dream(folder).config(key, json).write();
      refused(key + (message.startsWith(".") ? "" : " ") + message);
      new TinyFolder(folder).config(key, json).write();
      refused(key + (message.startsWith(".") ? "" : " ") + message);
    }
  }

  @Test
  void basesThatDifferAreRefused() {
    String rest =
        ": they mean the same and must not differ; correct the one that the weights were not made"
            + " with, or remove it";
    TinyFolder.dream(folder).config("rope_parameters", "{\"rope_theta\": 12345.0}").write();
    refused("rope_theta = 1000000.0, but rope_parameters.rope_theta = 12345.0" + rest);
    TinyFolder.dream(folder)
        .config("rope_theta", null)
        .config("rope_parameters", "{\"rope_theta\": 5}")
        .config("rope_scaling", "{\"rope_theta\": 6}")
        .write();
    refused("rope_parameters.rope_theta = 5, but rope_scaling.rope_theta = 6" + rest);
    TinyFolder.dream(folder)
        .config("rope_theta", null)
        .config(
            "rope_parameters",
            "{\"full_attention\": {\"rope_theta\": 5}, \"sliding_attention\": {\"rope_theta\": 6}}")
        .write();
    refused(
        "rope_parameters.full_attention.rope_theta = 5, but"
            + " rope_parameters.sliding_attention.rope_theta = 6"
            + rest);
  }

  private double theta() {
    return Checkpoint.open(folder).config().ropeTheta();
  }

  private void refused(String message) {
    CheckpointTest.refused(folder, folder.resolve("config.json") + ": " + message);
  }
}
