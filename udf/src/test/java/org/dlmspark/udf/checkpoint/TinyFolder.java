package org.dlmspark.udf.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A LLaDA or Dream folder of one layer, a few kilobytes in all, of which a test changes what it is
 * about.
 */
final class TinyFolder {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String EMBEDDING = "model.transformer.wte.weight";
  static final String QUERY = "model.transformer.blocks.0.q_proj.weight";
  static final String HEAD = "model.transformer.ff_out.weight";

  private static final String CONFIG =
      """
      {"model_type": "llada", "architectures": ["LLaDAModelLM"], "d_model": 8, "n_heads": 2,
       "n_kv_heads": 1, "n_layers": 1, "mlp_hidden_size": 12, "mlp_ratio": 3, "vocab_size": 10,
       "embedding_size": 10, "max_sequence_length": 64, "rope_theta": 10000.0,
       "rms_norm_eps": 1e-5, "activation_type": "silu", "block_type": "llama",
       "layer_norm_type": "rms", "layer_norm_with_affine": true, "rope": true,
       "rope_full_precision": true, "alibi": false, "include_bias": false,
       "include_qkv_bias": false, "bias_for_layer_norm": false, "attention_layer_norm": false,
       "input_emb_norm": false, "scale_logits": false, "block_group_size": 1,
       "multi_query_attention": null, "weight_tying": false, "mask_token_id": 9,
       "eos_token_id": 8}
      """;

  private static final String DREAM_CONFIG =
      """
      {"model_type": "Dream", "architectures": ["DreamModel"], "hidden_size": 8,
       "num_attention_heads": 2, "num_key_value_heads": 1, "num_hidden_layers": 1,
       "intermediate_size": 12, "vocab_size": 10, "max_position_embeddings": 64,
       "rope_theta": 1000000.0, "rope_scaling": null, "rms_norm_eps": 1e-6, "hidden_act": "silu",
       "use_sliding_window": false, "sliding_window": null, "max_window_layers": 28,
       "use_mrope": false, "attention_dropout": 0.0, "tie_word_embeddings": false,
       "mask_token_id": 9, "eos_token_id": 8, "pad_token_id": 8}
      """;

  private final Path folder;
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final ObjectNode config;
  private String dtype = "F32";

  /** A LLaDA folder. */
  TinyFolder(Path folder) {
    this(folder, CONFIG);
    shape(EMBEDDING, 10, 8);
    String layer = "model.transformer.blocks.0.";
    shape(layer + "attn_norm.weight", 8);
    shape(layer + "q_proj.weight", 8, 8);
    shape(layer + "k_proj.weight", 4, 8);
    shape(layer + "v_proj.weight", 4, 8);
    shape(layer + "attn_out.weight", 8, 8);
    shape(layer + "ff_norm.weight", 8);
    shape(layer + "ff_proj.weight", 12, 8);
    shape(layer + "up_proj.weight", 12, 8);
    shape(layer + "ff_out.weight", 8, 12);
    shape("model.transformer.ln_f.weight", 8);
    shape(HEAD, 10, 8);
  }

  private TinyFolder(Path folder, String config) {
    this.folder = folder;
    this.config = object(config);
  }

  static TinyFolder dream(Path folder) {
    TinyFolder tiny = new TinyFolder(folder, DREAM_CONFIG);
    tiny.shape("model.embed_tokens.weight", 10, 8);
    String layer = "model.layers.0.";
    tiny.shape(layer + "input_layernorm.weight", 8);
    tiny.shape(layer + "self_attn.q_proj.weight", 8, 8);
    tiny.shape(layer + "self_attn.q_proj.bias", 8);
    tiny.shape(layer + "self_attn.k_proj.weight", 4, 8);
    tiny.shape(layer + "self_attn.k_proj.bias", 4);
    tiny.shape(layer + "self_attn.v_proj.weight", 4, 8);
    tiny.shape(layer + "self_attn.v_proj.bias", 4);
    tiny.shape(layer + "self_attn.o_proj.weight", 8, 8);
    tiny.shape(layer + "post_attention_layernorm.weight", 8);
    tiny.shape(layer + "mlp.gate_proj.weight", 12, 8);
    tiny.shape(layer + "mlp.up_proj.weight", 12, 8);
    tiny.shape(layer + "mlp.down_proj.weight", 8, 12);
    return tiny.shape("model.norm.weight", 8).shape("lm_head.weight", 10, 8);
  }

  TinyFolder shape(String tensor, long... shape) {
    shapes.put(tensor, shape);
    return this;
  }

  TinyFolder without(String tensor) {
    shapes.remove(tensor);
    return this;
  }

  TinyFolder dtype(String value) {
    dtype = value;
    return this;
  }

  /** Sets a key of config.json to a JSON text; null removes it. */
  TinyFolder config(String key, String json) {
    if (json == null) {
      config.remove(key);
    } else {
      config.set(key, tree(json));
    }
    return this;
  }

  Path weights() {
    return folder.resolve("model.safetensors");
  }

  /** Writes config.json and model.safetensors. */
  Path write() {
    writeConfig();
    write(weights(), safetensors(header()));
    return folder;
  }

  Path writeConfig() {
    write(folder.resolve("config.json"), config.toString().getBytes(StandardCharsets.UTF_8));
    return folder;
  }

  /** The header of a sound file, to be changed and then written by {@link #safetensors}. */
  ObjectNode header() {
    ObjectNode header = JSON.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long at = 0;
    for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
      long bytes = Arrays.stream(tensor.getValue()).reduce(1, (a, b) -> a * b) * numberBytes();
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", dtype);
      entry.set("shape", JSON.valueToTree(tensor.getValue()));
      entry.set("data_offsets", JSON.valueToTree(new long[] {at, at + bytes}));
      at += bytes;
    }
    return header;
  }

  /** A file of that header and as many zeros as the folder's tensors have bytes. */
  byte[] safetensors(ObjectNode header) {
    return safetensors(header.toString().getBytes(StandardCharsets.UTF_8), dataBytes());
  }

  static byte[] safetensors(byte[] header, int dataBytes) {
    return ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  int dataBytes() {
    long numbers =
        shapes.values().stream().mapToLong(s -> Arrays.stream(s).reduce(1, (a, b) -> a * b)).sum();
    return Math.toIntExact(numbers * numberBytes());
  }

  private int numberBytes() {
    return dtype.equals("F32") ? 4 : dtype.startsWith("F8") ? 1 : 2;
  }

  static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  static ObjectNode object(String json) {
    return (ObjectNode) tree(json);
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
