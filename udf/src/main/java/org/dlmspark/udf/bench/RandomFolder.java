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
 * Writes a folder in LLaDA's layout, or with experts in LLaDA2's, with random weights: a model that
 * says nothing of sense and costs what one of its shape costs. It has no tokenizer.
 */
public final class RandomFolder {
  /** Random numbers that are written over and over; a prime, so that no two rows are the same. */
  private static final int DISTINCT = 1_048_573;

  private static final double SCALE = 0.02;

  /** Layers without experts, the first ones, of a model that has some. */
  private static final int DENSE_LAYERS = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelShape shape;
  private final Map<String, long[]> tensors = new LinkedHashMap<>();

  private RandomFolder(ModelShape shape) {
    this.shape = shape;
    if (shape.experts() == null) {
      addDense();
    } else {
      addMixture(shape.experts());
    }
  }

  private void addDense() {
    long width = shape.width();
    long keys = width / shape.heads() * shape.kvHeads();
    add("model.transformer.wte.weight", shape.vocabulary(), width);
    for (int l = 0; l < shape.layers(); l++) {
      String layer = "model.transformer.blocks." + l + ".";
      add(layer + "attn_norm.weight", width);
      add(layer + "q_proj.weight", width, width);
      add(layer + "k_proj.weight", keys, width);
      add(layer + "v_proj.weight", keys, width);
      add(layer + "attn_out.weight", width, width);
      add(layer + "ff_norm.weight", width);
      add(layer + "ff_proj.weight", shape.mlp(), width);
      add(layer + "up_proj.weight", shape.mlp(), width);
      add(layer + "ff_out.weight", width, shape.mlp());
    }
    add("model.transformer.ln_f.weight", width);
    add("model.transformer.ff_out.weight", shape.vocabulary(), width);
  }

  private void addMixture(ModelShape.Experts experts) {
    long width = shape.width();
    long headDim = width / shape.heads();
    add("model.word_embeddings.weight", shape.vocabulary(), width);
    for (int l = 0; l < shape.layers(); l++) {
      String layer = "model.layers." + l + ".";
      add(layer + "input_layernorm.weight", width);
      add(
          layer + "attention.query_key_value.weight",
          (shape.heads() + 2L * shape.kvHeads()) * headDim,
          width);
      add(layer + "attention.query_layernorm.weight", headDim);
      add(layer + "attention.key_layernorm.weight", headDim);
      add(layer + "attention.dense.weight", width, width);
      add(layer + "post_attention_layernorm.weight", width);
      if (l < DENSE_LAYERS) {
        addGated(layer + "mlp.", shape.mlp());
        continue;
      }
      add(layer + "mlp.gate.weight", experts.count(), width);
      add(layer + "mlp.gate.expert_bias", experts.count());
      for (int e = 0; e < experts.count(); e++) {
        addGated(layer + "mlp.experts." + e + ".", experts.size());
      }
      if (experts.shared() > 0) {
        addGated(layer + "mlp.shared_experts.", (long) experts.shared() * experts.size());
      }
    }
    add("model.norm.weight", width);
    add("lm_head.weight", shape.vocabulary(), width);
  }

  private void addGated(String prefix, long size) {
    add(prefix + "gate_proj.weight", size, shape.width());
    add(prefix + "up_proj.weight", size, shape.width());
    add(prefix + "down_proj.weight", shape.width(), size);
  }

  private void add(String name, long... sizes) {
    tensors.put(name, sizes);
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
    ObjectNode config = shape.experts() == null ? denseConfig() : mixtureConfig(shape.experts());
    config.put("vocab_size", shape.vocabulary());
    config.put("mask_token_id", shape.maskToken()).put("eos_token_id", shape.maskToken() - 1);
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), config);
  }

  private ObjectNode denseConfig() {
    ObjectNode config = JSON.createObjectNode();
    config.put("model_type", "llada");
    config.putArray("architectures").add("LLaDAModelLM");
    config.put("d_model", shape.width()).put("n_layers", shape.layers());
    config.put("n_heads", shape.heads()).put("n_kv_heads", shape.kvHeads());
    config.put("mlp_hidden_size", shape.mlp()).put("embedding_size", shape.vocabulary());
    config.put("max_sequence_length", shape.context());
    config.put("rope_theta", 500_000.0).put("rms_norm_eps", 1e-5).put("rope", true);
    config.put("activation_type", "silu").put("block_type", "llama").put("layer_norm_type", "rms");
    config.put("include_bias", false).put("include_qkv_bias", false).put("weight_tying", false);
    return config;
  }

  private ObjectNode mixtureConfig(ModelShape.Experts experts) {
    ObjectNode config = JSON.createObjectNode();
    config.put("model_type", "llada2_moe");
    config.putArray("architectures").add("LLaDA2MoeModelLM");
    config.put("hidden_size", shape.width()).put("num_hidden_layers", shape.layers());
    config.put("num_attention_heads", shape.heads()).put("num_key_value_heads", shape.kvHeads());
    config.put("head_dim", shape.width() / shape.heads()).put("partial_rotary_factor", 0.5);
    config.put("intermediate_size", shape.mlp()).put("moe_intermediate_size", experts.size());
    config.put("max_position_embeddings", shape.context());
    config.put("num_experts", experts.count()).put("num_experts_per_tok", experts.perToken());
    config.put("num_shared_experts", experts.shared()).put("first_k_dense_replace", DENSE_LAYERS);
    config.put("n_group", experts.groups()).put("topk_group", (experts.groups() + 1) / 2);
    config.put("routed_scaling_factor", 2.5).put("score_function", "sigmoid");
    config.put("moe_router_enable_expert_bias", true).put("norm_topk_prob", true);
    config.put("use_qk_norm", true).put("use_bias", false).put("tie_word_embeddings", false);
    config.put("rope_theta", 600_000.0).put("rms_norm_eps", 1e-6);
    return config;
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
    Random random = new Random(shape.toString().hashCode());
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
