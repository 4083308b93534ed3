package org.dlmspark.udf.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.dlmspark.udf.checkpoint.NumberType;

/**
 * Writes a folder in LLaDA's layout with random weights: a model that says nothing of sense and
 * costs what one of its shape costs. It has no tokenizer.
 */
public final class RandomFolder {
  /** Random numbers that are written over and over; a prime, so that no two rows are the same. */
  private static final int DISTINCT = 1_048_573;

  private static final double SCALE = 0.02;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelShape shape;
  private final Map<String, long[]> tensors = new LinkedHashMap<>();

  private RandomFolder(ModelShape shape) {
    this.shape = shape;
    long width = shape.width();
    long keys = width / shape.heads() * shape.kvHeads();
    tensors.put("model.transformer.wte.weight", new long[] {shape.vocabulary(), width});
    for (int l = 0; l < shape.layers(); l++) {
      String layer = "model.transformer.blocks." + l + ".";
      tensors.put(layer + "attn_norm.weight", new long[] {width});
      tensors.put(layer + "q_proj.weight", new long[] {width, width});
      tensors.put(layer + "k_proj.weight", new long[] {keys, width});
      tensors.put(layer + "v_proj.weight", new long[] {keys, width});
      tensors.put(layer + "attn_out.weight", new long[] {width, width});
      tensors.put(layer + "ff_norm.weight", new long[] {width});
      tensors.put(layer + "ff_proj.weight", new long[] {shape.mlp(), width});
      tensors.put(layer + "up_proj.weight", new long[] {shape.mlp(), width});
      tensors.put(layer + "ff_out.weight", new long[] {width, shape.mlp()});
    }
    tensors.put("model.transformer.ln_f.weight", new long[] {width});
    tensors.put("model.transformer.ff_out.weight", new long[] {shape.vocabulary(), width});
  }

  /**
   * Writes {@code config.json} and {@code model.safetensors}.
   *
   * @param shape the model's shape
   * @param folder an existing folder
   * @throws IOException if the folder cannot be written
   */
  public static void write(ModelShape shape, Path folder) throws IOException {
    RandomFolder random = new RandomFolder(shape);
    random.writeConfig(folder.resolve("config.json"));
    random.writeWeights(folder.resolve("model.safetensors"));
  }

  private void writeConfig(Path file) throws IOException {
    ObjectNode config = JSON.createObjectNode();
    config.put("model_type", "llada");
    config.putArray("architectures").add("LLaDAModelLM");
    config.put("d_model", shape.width()).put("n_layers", shape.layers());
    config.put("n_heads", shape.heads()).put("n_kv_heads", shape.kvHeads());
    config.put("mlp_hidden_size", shape.mlp());
    config.put("vocab_size", shape.vocabulary()).put("embedding_size", shape.vocabulary());
    config.put("max_sequence_length", shape.context());
    config.put("rope_theta", 500_000.0).put("rms_norm_eps", 1e-5).put("rope", true);
    config.put("activation_type", "silu").put("block_type", "llama").put("layer_norm_type", "rms");
    config.put("include_bias", false).put("include_qkv_bias", false).put("weight_tying", false);
    config.put("mask_token_id", shape.maskToken()).put("eos_token_id", shape.maskToken() - 1);
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), config);
  }

  private void writeWeights(Path file) throws IOException {
    int bytes = shape.type().bytes();
    ObjectNode header = JSON.createObjectNode();
    long at = 0;
    for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
      long end = at + numbers(tensor.getValue()) * bytes;
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", shape.type() == NumberType.BFLOAT16 ? "BF16" : "F32");
      entry.set("shape", JSON.valueToTree(tensor.getValue()));
      entry.set("data_offsets", JSON.valueToTree(new long[] {at, end}));
      at = end;
    }
    // Spaces after the header, so that the numbers begin at a multiple of 8 bytes.
    byte[] text = JSON.writeValueAsBytes(header);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      out.write(
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(padded.length)
              .array());
      out.write(padded);
    }
    ByteBuffer noise = noise();
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.APPEND)) {
      for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
        long rest = numbers(tensor.getValue()) * bytes;
        ByteBuffer content = tensor.getValue().length == 1 ? ones((int) rest / bytes) : noise;
        while (rest > 0) {
          ByteBuffer part = content.duplicate();
          part.limit((int) Math.min(part.capacity(), rest));
          while (part.hasRemaining()) {
            rest -= out.write(part);
          }
        }
      }
    }
  }

  private static long numbers(long[] tensor) {
    return Arrays.stream(tensor).reduce(1, Math::multiplyExact);
  }

  private ByteBuffer noise() {
    Random random = new Random(shape.hashCode());
    return numbers(DISTINCT, () -> (float) (SCALE * random.nextGaussian()));
  }

  private ByteBuffer ones(int count) {
    return numbers(count, () -> 1f);
  }

  private interface Source {
    float next();
  }

  private ByteBuffer numbers(int count, Source source) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(count * shape.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      float number = source.next();
      if (shape.type() == NumberType.BFLOAT16) {
        // The upper half of a float32 is the bfloat16 towards zero from it.
        buffer.putShort((short) (Float.floatToRawIntBits(number) >>> 16));
      } else {
        buffer.putFloat(number);
      }
    }
    return buffer.flip();
  }
}
