package org.dlmspark.udf.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.dlmspark.udf.checkpoint.Checkpoint;
import org.dlmspark.udf.checkpoint.SafetensorsFile;
import org.dlmspark.udf.checkpoint.TensorData;
import org.dlmspark.udf.decode.Remasking;
import org.dlmspark.udf.decode.Sampling;
import org.dlmspark.udf.decode.StepBatch;
import org.dlmspark.udf.decode.TokenChoice;
import org.dlmspark.udf.fixtures.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One forward pass of each family after LLaDA and Dream against the logits of its authors' code: a
 * whole sequence, each block an entry of the batch over the same rows.
 */
final class ForwardTest {
  private static final TokenChoice PLAIN =
      new TokenChoice(new Sampling(0, 1, 0), Remasking.LOW_CONFIDENCE, 0, false);

  /** A block of 0 is the whole sequence; `before` is how many positions the first block lacks. */
  @ParameterizedTest(name = "{0}: {1}, attention {4}")
  @CsvSource({
    "llada2-tiny, logits_block_8, 8, 0, each",
    "llada2-tiny, logits_block_8, 8, 0, grids",
    "llada2-tiny, logits_block_8, 8, 0, varlen",
    "llada2-tiny, logits_block_32, 32, 0, each",
    "llada2-tiny-bf16-sharded, logits_block_8_float32_arithmetic, 8, 0, each",
    "llada-moe-tiny, logits, 0, 0, each",
    "sdar-tiny, logits_block_4, 4, 0, each",
    "sdar-tiny, logits_block_16, 16, 0, grids",
    "sdar-tiny, logits_block_4, 4, 0, varlen",
    "sdar-moe-tiny, logits_block_4, 4, 0, each",
    "sdar-moe-tiny, logits_block_16, 16, 0, grids",
    "fast-dllm-v2-tiny, logits_unshifted_block_8, 8, 0, each",
    "fast-dllm-v2-tiny, logits_unshifted_block_32, 32, 0, grids",
    "a2d-qwen3-tiny, logits_full, 0, 0, each",
    "a2d-qwen3-tiny, logits_block_8_prompt_26, 8, 6, each",
    "a2d-qwen3-tiny, logits_block_8_prompt_26, 8, 6, varlen",
    "rnd1-tiny, logits_unshifted, 0, 0, each",
    "open-dcoder-tiny, logits_unshifted, 0, 0, each",
  })
  void logitsAreTheAuthors(String name, String logits, int block, int before, String attention) {
    Path folder = Golden.goldenModel(name);
    SafetensorsFile reference = SafetensorsFile.open(folder.resolve("forward.safetensors"));
    long[] ids = inputIds(reference);
    StepBatch batch = new StepBatch();
    for (int p = 0; p < ids.length; p++) {
      if (p == 0 || (block > 0 && (p + before) % block == 0)) {
        int end = block == 0 ? ids.length : (p + before) / block * block + block - before;
        batch.beginSequence(100, Math.min(end, ids.length), PLAIN);
      }
      batch.addActive((int) ids[p], p);
    }
    try (TorchDenoisingModel model =
        Attentions.model(
            Checkpoint.open(folder),
            new ModelSettings("float32", "cpu", null, 1, 4096, "grid"),
            attention)) {
      assertThat(relativeError(model.logits(batch), floats(reference.tensor(logits))))
          .isLessThan(1e-4);
    }
  }

  private static long[] inputIds(SafetensorsFile file) {
    ByteBuffer bytes = file.bytes("input_ids").order(ByteOrder.LITTLE_ENDIAN);
    long[] ids = new long[bytes.remaining() / Long.BYTES];
    bytes.asLongBuffer().get(ids);
    return ids;
  }

  private static float[] floats(TensorData tensor) {
    float[] values = new float[tensor.bytes().remaining() / Float.BYTES];
    tensor.bytes().asFloatBuffer().get(values);
    return values;
  }

  private static double relativeError(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double scale = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return difference / scale;
  }
}
